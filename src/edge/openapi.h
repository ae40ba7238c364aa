#pragma once

#include <string_view>

namespace firstcome::edge {

/// docs/reference/openapi.json, compiled in.
std::string_view openapi_document();

}  // namespace firstcome::edge
