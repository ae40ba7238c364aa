#pragma once

#include <simdjson.h>

#include <vector>

#include "api/json_body.h"
#include "domain/import.h"
#include "domain/record.h"

namespace firstcome::api {

/// Reads a chunk of an import from a body; adds an error for each invalid field. User ids may be decimal strings.
ImportChunk read_chunk(const simdjson::dom::object& body, std::vector<FieldError>& errors);

/// Reads a chunk of a list of users; adds an error for each invalid field. User ids may be decimal strings.
ListChunk read_listed(const simdjson::dom::object& body, std::vector<FieldError>& errors);

/// Reads a chunk of a list of codes; adds an error for each invalid field, with the number of the first invalid code.
CodeChunk read_codes(const simdjson::dom::object& body, std::vector<FieldError>& errors);

}  // namespace firstcome::api
