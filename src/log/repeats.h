#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/time.h"

namespace firstcome::log {

/// Keeps a fault that comes ten thousand times from filling a log: of lines that say the same the first few
/// pass, the others are counted, and from time to time one of them is said with how many there were. Lines
/// say the same when they differ only in numbers, that of a partition apart, which is what a line is about.
/// Not thread-safe; is told the time.
class Repeats {
 public:
  /// May the line be said? If not, it is counted.
  bool passes(int level, const std::string& line, Instant now);

  struct Kept {
    int level = 0;
    std::string line;  ///< the last of them
    std::int64_t count = 0;
    milliseconds within{0};
  };
  /// What has been counted long enough to be said. To be asked about once a second.
  std::vector<Kept> due(Instant now);
  /// Everything that was counted and not said: at the end.
  std::vector<Kept> all(Instant now);

 private:
  struct Shape {
    Instant since;  ///< when what is counted began to be
    milliseconds window{0};
    int free = 0;  ///< how many more pass
    Kept kept;
  };
  static Kept take(Shape& shape, Instant now);
  std::map<std::string, Shape> shapes_;  ///< bounded: see kMostShapes
};

}  // namespace firstcome::log
