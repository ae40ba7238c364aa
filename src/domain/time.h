#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome {

/// Wall-clock time in milliseconds, the resolution of Kafka's LogAppendTime.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// A machine's steady time, for waits and freshness; never stored, never compared between machines.
using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// What a stepped component is told of time. It never asks a clock itself.
struct Now {
  Timestamp wall;
  Instant steady;
};

inline std::int64_t to_millis(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp from_millis(std::int64_t ms) { return Timestamp{milliseconds{ms}}; }

/// RFC 3339 in UTC with milliseconds: 2026-11-23T14:00:00.123Z
std::string format_rfc3339(Timestamp t);
/// The same, behind what `out` holds already. Years 0000 to 9999.
void append_rfc3339(Timestamp t, std::string& out);
/// RFC 3339 with an offset (Z or +hh:mm); a finer fraction than milliseconds is cut off.
/// Nothing for text without an offset, an impossible date, or a year beyond 9999.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace firstcome
