#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/code.h"
#include "domain/state.h"

/// How rows and places are said to people.
namespace firstcome::audit {

/// 1794 → "1,794th"
std::string ordinal(std::int64_t number);
/// "1 record", "1,794 records"
std::string count(std::int64_t number, std::string_view what);
/// "3 ms", "2.5 s", "4 min 10 s", "3 h 20 min", "2 days"
std::string duration(milliseconds time);

/// "SOLD_OUT", or "code 99" for one this version does not know
std::string code_in_words(std::uint8_t code);
/// RFC 3339, the bare milliseconds where a year would not fit, or "none"
std::string time_in_words(std::optional<Timestamp> time);
std::string marks_in_words(const OriginMarks& marks);
std::string hash_in_words(std::uint64_t hash);

}  // namespace firstcome::audit
