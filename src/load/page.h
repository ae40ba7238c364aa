#pragma once

#include <string>
#include <string_view>

#include "load/summary.h"

namespace firstcome::load {

/// The run as one self-contained HTML page: report/page.html with its style, scripts and data.
std::string as_page(const Summary& summary);
/// The error names the file.
Status write_page(const std::string& path, const Summary& summary);

/// report/page.html with its style and scripts, but still with the placeholder {{data}}. Defined by the build.
std::string_view page_template();

}  // namespace firstcome::load
