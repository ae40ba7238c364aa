#pragma once

#include <simdjson.h>

#include <vector>

#include "api/json_body.h"
#include "domain/import.h"

namespace firstcome::api {

/// Reads a chunk of an import as a body says it; adds to `errors` what is wrong. User ids may be decimal
/// strings.
ImportChunk read_chunk(const simdjson::dom::object& body, std::vector<FieldError>& errors);

}  // namespace firstcome::api
