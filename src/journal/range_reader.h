#pragma once

#include <chrono>
#include <string>

#include "journal/journal.h"

namespace firstcome::journal {

/// How long to wait for what must come.
struct Patience {
  milliseconds poll{500};        ///< one question; how soon somebody can look whether to stop
  milliseconds silence{30'000};  ///< nothing at all for so long is an error
};

/// Reads a stretch of a partition that the journal is known to hold. For who looks back, not for who follows:
/// an empty poll is not the end of the stretch, what may get better by itself is waited out, and silence is
/// an error. Used by one thread.
class RangeReader {
 public:
  /// `follower`, which stands at `from`, outlives it. `end` must lie within the journal's bounds.
  RangeReader(Follower& follower, Partition partition, Offset from, Offset end, Patience patience = {});

  [[nodiscard]] bool done() const { return position_ >= end_; }
  /// Waits for a moment: what has come, maybe nothing. May bring records at and behind the end. An error says
  /// how far it came.
  Result<Fetch> poll();

 private:
  using Clock = std::chrono::steady_clock;
  Result<Fetch> nothing(Error why);

  Follower& follower_;
  const Partition partition_;
  Offset position_;
  const Offset end_;
  const Patience patience_;
  Clock::time_point heard_ = Clock::now();  ///< when something came last
};

}  // namespace firstcome::journal
