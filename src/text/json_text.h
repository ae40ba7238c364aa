#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/id_form.h"
#include "domain/time.h"

/// Appends JSON to `out`. Allocates only if the capacity of `out` is too small.
namespace firstcome::text {

void append_number(std::int64_t number, std::string& out);
/// With quotes and escapes. `text` is UTF-8. Part of the record format: a change would change stored
/// commands.
void append_quoted(std::string_view text, std::string& out);
/// RFC 3339 in UTC, in quotes.
void append_time(Timestamp time, std::string& out);

/// Appends `"key":value`, with a comma before it unless it is the first member of the object that `out` ends with. `key`
/// needs no escapes.
void append_member(std::string_view key, std::int64_t value, std::string& out);
void append_member(std::string_view key, std::string_view value, std::string& out);
void append_member(std::string_view key, Timestamp value, std::string& out);
/// null if there is none.
void append_optional_member(std::string_view key, std::optional<Timestamp> value, std::string& out);
void append_id(std::string_view key, std::int64_t id, IdForm form, std::string& out);
/// The same without the value.
void append_key(std::string_view key, std::string& out);

}  // namespace firstcome::text
