#pragma once

#include <simdjson.h>

#include <vector>

#include "domain/import.h"
#include "edge/json_body.h"

namespace firstcome::edge {

/// Reads a chunk of an import as a body says it; adds to `errors` what is wrong. User ids may be decimal
/// strings.
ImportChunk read_chunk(const simdjson::dom::object& body, std::vector<FieldError>& errors);

}  // namespace firstcome::edge
