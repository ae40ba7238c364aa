#pragma once

#include <map>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.h"

namespace firstcome::log {

/// Lines with equal sources are repeats: the same line of the source code and the same subject, for instance
/// a partition.
struct LineSource {
  LineSource(const std::source_location& at, std::string line_subject)
      : file(at.file_name()), line(at.line()), column(at.column()), subject(std::move(line_subject)) {}
  auto operator<=>(const LineSource&) const = default;

  std::string_view file;
  std::uint_least32_t line;
  std::uint_least32_t column;
  std::string subject;
};

/// Prevents that a fault that occurs ten thousand times fills the log: the first few lines of a source pass,
/// the others are counted. From time to time the last of them is logged with their number. Not thread-safe.
class LogRateLimiter {
 public:
  /// True if the line may be logged; otherwise counts it.
  bool passes(const LineSource& source, int level, const std::string& line, Instant now);

  struct Repeats {
    int level = 0;
    std::string line;  ///< the last of them
    std::int64_t count = 0;
    milliseconds within{0};
  };
  /// The repeats that were counted for long enough. Call it about once per second.
  std::vector<Repeats> due(Instant now);
  /// All counted repeats. Call it at the end.
  std::vector<Repeats> all(Instant now);

 private:
  struct Window {
    Instant since;  ///< start of counting
    milliseconds length{0};
    int free = 0;  ///< lines that may still pass
    Repeats repeats;
  };
  static Repeats take(Window& window, Instant now);
  std::map<LineSource, Window>
      windows_;  ///< bounded by the logging lines of the source code times the partitions
};

}  // namespace firstcome::log
