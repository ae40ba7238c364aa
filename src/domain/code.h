#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firstcome {

/// The outcome of one record. The numbers are stored, one byte an offset, so a number once given keeps
/// its meaning for ever.
enum class Code : std::uint8_t {
  None = 0,  ///< an offset without a record (transaction marker, aborted record)
  Success = 1,
  AlreadyIssued = 2,
  SoldOut = 3,
  NotStarted = 4,
  Ended = 5,
  Paused = 6,
  Closed = 7,
  UnknownPolicy = 8,
  Invalid = 9,
  Forwarded = 10,
  Duplicate = 11,
  Accepted = 12,
  Refused = 13,
  Stale = 14,
  Exists = 15,
  Rules = 16,
  Unchanged = 17,
};

/// How many there are; their numbers are 0 to one less.
inline constexpr std::size_t kCodeCount = 18;

struct CodeName {
  Code code;
  std::string_view name;     ///< on the wire: SOLD_OUT
  std::string_view meaning;  ///< one sentence for people
};

/// The one list of outcome codes; HTTP, the docs and the tests read it.
std::span<const CodeName> all_codes();
std::string_view name_of(Code code);
std::string_view meaning_of(Code code);
/// Nothing for a number this version does not know.
std::optional<Code> code_from_number(std::uint8_t number);

}  // namespace firstcome
