#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "domain/time.h"

namespace firstcome::journal {

/// Why nothing is appended now, for readiness. The commit thread says it and ends it; any thread asks.
class AppendTrouble {
 public:
  /// True when it is another one than before.
  bool begin(const std::string& why);
  void end();
  [[nodiscard]] bool exists() const { return exists_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::string reason() const;

 private:
  std::atomic<bool> exists_{false};
  mutable std::mutex mutex_;  // guards reason_
  std::string reason_;
};

/// Why records must not be given the time `now`, when the journal's last record is of `last`; empty: they
/// may.
using ClockGuard = std::function<std::string(Timestamp last, Timestamp now)>;

/// A step of the clock up to this is taken for a server that did not run for a while.
inline constexpr std::chrono::days kClockStepMost{90};

}  // namespace firstcome::journal
