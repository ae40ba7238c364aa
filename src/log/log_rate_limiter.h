#pragma once

#include <map>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.h"

namespace firstcome::log {

/// What lines have in common that count as repeats of each other: the place in the source that writes them,
/// and what they are about, for instance a partition.
struct LineSource {
  LineSource(const std::source_location& at, std::string about_what)
      : file(at.file_name()), line(at.line()), column(at.column()), about(std::move(about_what)) {}
  auto operator<=>(const LineSource&) const = default;

  std::string_view file;
  std::uint_least32_t line;
  std::uint_least32_t column;
  std::string about;
};

/// Keeps a fault that occurs ten thousand times from filling a log: of the lines of one source the first few
/// pass, the others are counted, and from time to time the last of them is written with their number. Not
/// thread-safe; time is passed in.
class LogRateLimiter {
 public:
  /// True if the line may be written. If not, it is counted.
  bool passes(const LineSource& source, int level, const std::string& line, Instant now);

  struct Kept {
    int level = 0;
    std::string line;  ///< the last of them
    std::int64_t count = 0;
    milliseconds within{0};
  };
  /// What has been counted long enough to be written. To be called about once a second.
  std::vector<Kept> due(Instant now);
  /// Everything that was counted and not written: at the end.
  std::vector<Kept> all(Instant now);

 private:
  struct Window {
    Instant since;  ///< when counting began
    milliseconds length{0};
    int free = 0;  ///< how many more pass
    Kept kept;
  };
  static Kept take(Window& window, Instant now);
  std::map<LineSource, Window> windows_;  ///< bounded by the places in the source times the partitions
};

}  // namespace firstcome::log
