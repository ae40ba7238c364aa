#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/code.h"
#include "domain/state.h"

/// How stored values are shown to people.
namespace firstcome::audit {

/// 1794 → "1,794th"
std::string ordinal_text(std::int64_t number);
/// "3 ms", "2.5 s", "4 min 10 s", "3 h 20 min", "2 days"
std::string duration_text(milliseconds time);
/// "SOLD_OUT", or "code 99" for a code that this version does not know
std::string code_text(std::uint8_t code);
/// RFC 3339, the milliseconds if the year has no four digits, or "none"
std::string time_text(std::optional<Timestamp> time);
/// "0:17, 2:5" (partition:offset), or "none"
std::string marks_text(const OriginMarks& marks);
/// "era 1, partition 0, offset 5"
std::string place_text(Era era, Partition partition, Offset offset);
std::string hash_text(std::uint64_t hash);

}  // namespace firstcome::audit
