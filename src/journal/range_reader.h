#pragma once

#include <chrono>
#include <string>

#include "journal/journal.h"

namespace firstcome::journal {

/// How long a RangeReader waits for records.
struct Patience {
  milliseconds poll{500};        ///< maximum time of one poll()
  milliseconds silence{30'000};  ///< maximum time without a record
};

/// Reads a range of a partition whose records exist. Compare Follower: an empty poll is not the end of the
/// range, retryable errors are retried, and a long silence is an error. Used by one thread.
class RangeReader {
 public:
  /// `follower` is at `from` and must outlive this object. `end` must be within the journal's bounds.
  RangeReader(Follower& follower, Partition partition, Offset from, Offset end, Patience patience = {});

  [[nodiscard]] bool done() const { return position_ >= end_; }
  /// Waits a short time for records; the result may be empty, and may contain records at the end of the range
  /// or after it. An error contains the offset that was reached.
  Result<Fetch> poll();

 private:
  using Clock = std::chrono::steady_clock;
  Result<Fetch> nothing(const std::string& why);

  Follower& follower_;
  const Partition partition_;
  Offset position_;
  const Offset end_;
  const Patience patience_;
  Clock::time_point heard_ = Clock::now();  ///< time of the last record
};

}  // namespace firstcome::journal
