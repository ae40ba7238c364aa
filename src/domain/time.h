#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome {

/// Wall-clock time in milliseconds, the resolution of Kafka's LogAppendTime.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// Steady time of a machine, for waits and freshness; never stored, never compared between machines.
using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// The time that is passed to a stepped component, which never reads a clock.
struct Now {
  Timestamp wall;
  Instant steady;
};

constexpr std::int64_t to_millis(Timestamp t) { return t.time_since_epoch().count(); }
constexpr Timestamp from_millis(std::int64_t ms) { return Timestamp{milliseconds{ms}}; }

/// The times that RFC 3339 can write: 0001-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z. Year 0 is left out,
/// because calendars differ on it.
inline constexpr Timestamp kEarliestTime = from_millis(-62'135'596'800'000);
inline constexpr Timestamp kLatestTime = from_millis(253'402'300'799'999);
constexpr bool is_writable(Timestamp t) { return t >= kEarliestTime && t <= kLatestTime; }

/// RFC 3339 in UTC with milliseconds: 2026-11-23T14:00:00.123Z
std::string format_rfc3339(Timestamp t);
/// The same, appended to `out`. For writable times.
void append_rfc3339(Timestamp t, std::string& out);
/// RFC 3339 with an offset: Z or +hh:mm; -00:00 is UTC. T and Z may be lower case, and T may be a space. Fractions may
/// have any number of digits; those below milliseconds are cut off. Nothing for a text without an offset, an invalid
/// date, a leap second (hh:mm:60, which no clock of a journal has), or a time that is not writable in UTC.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace firstcome
