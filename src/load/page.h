#pragma once

#include <string>
#include <string_view>

#include "load/summary.h"

namespace firstcome::load {

/// The run as one HTML page that loads nothing: report/page.html, with its style, its scripts and the data in
/// it.
std::string as_page(const Summary& summary);
/// Writes it; the error names the file.
Status write_page(const std::string& path, const Summary& summary);

/// report/page.html with what it includes; {{data}} is still in it. The build makes its definition.
std::string_view page_template();

}  // namespace firstcome::load
