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

inline std::int64_t to_millis(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp from_millis(std::int64_t ms) { return Timestamp{milliseconds{ms}}; }

/// RFC 3339 in UTC with milliseconds: 2026-11-23T14:00:00.123Z
std::string format_rfc3339(Timestamp t);
/// The same, appended to `out`. Years 0000 to 9999.
void append_rfc3339(Timestamp t, std::string& out);
/// RFC 3339 with an offset (Z or +hh:mm). Fractions smaller than milliseconds are cut off.
/// Nothing for a text without an offset, an invalid date, or a year above 9999.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace firstcome
