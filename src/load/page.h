#pragma once

#include <string>

#include "load/summary.h"

namespace firstcome::load {

/// A run as one HTML page that needs nothing else: style and drawings are in it, there is no script.
std::string as_page(const Summary& summary);
/// Writes it; the error names the file.
Status write_page(const std::string& path, const Summary& summary);

}  // namespace firstcome::load
