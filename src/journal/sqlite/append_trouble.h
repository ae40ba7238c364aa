#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "domain/time.h"

namespace firstcome::journal {

/// The reason why no record can be appended now, for readiness. The commit thread sets it, any thread reads
/// it.
class AppendTrouble {
 public:
  /// True if the reason differs from the previous one.
  bool begin(const std::string& why);
  void end();
  [[nodiscard]] bool exists() const { return exists_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::string reason() const;

 private:
  std::atomic<bool> exists_{false};
  mutable std::mutex mutex_;  // guards reason_
  std::string reason_;
};

/// Returns why a record must not get the time `now`, if the last record has the time `last`; empty if it may.
using ClockGuard = std::function<std::string(Timestamp last, Timestamp now)>;

/// A smaller step of the clock is normal: the server was stopped for some time.
inline constexpr std::chrono::days kClockStepMost{90};

}  // namespace firstcome::journal
