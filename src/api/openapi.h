#pragma once

#include <string_view>

namespace firstcome::api {

/// docs/reference/openapi.json, compiled in.
std::string_view openapi_document();

}  // namespace firstcome::api
