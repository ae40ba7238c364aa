#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome::cli {

/// The times of a column in another system, as SQL expressions for its PostgreSQL.
struct SourceTime {
  std::string instant = "NULL::timestamptz";
  /// True for a local time that does not exist, because the clocks were set forward.
  std::string is_skipped = "false";
  /// True for a local time that exists twice, because the clocks were set back.
  std::string is_repeated = "false";
};

/// The offset of an ISO 8601 time: Z, +09:00, +0900 or +09, positive in the east, at most 14 hours. Nothing for any other
/// text.
std::optional<std::chrono::minutes> parse_iso_offset(std::string_view text);

/// A column of type `timestamp` whose times have this offset. PostgreSQL reads the text '+09:00' with the sign of POSIX,
/// nine hours west, so the offset is an interval.
SourceTime time_at_offset(const std::string& column, std::chrono::minutes east);

/// A column of type `timestamp` whose times are those of this IANA time zone. The session must be in UTC.
SourceTime time_in_zone(const std::string& column, const std::string& zone);

}  // namespace firstcome::cli
