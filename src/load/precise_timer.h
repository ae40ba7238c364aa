#pragma once

#include <functional>

#include "net/event_loop.h"

namespace firstcome::load {

/// A timer with nanosecond resolution. The loop's own timers have milliseconds, which is longer than a response takes.
/// On the thread of the loop.
class PreciseTimer final : public net::ReadySocket {
 public:
  PreciseTimer(net::EventLoop& loop, std::function<void()> work);
  ~PreciseTimer() override;
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Runs the work once at `at`, in ns of the steady clock. Replaces an earlier time.
  void set(std::int64_t at);
  void ready(std::uint32_t events) override;

 private:
  const std::function<void()> work_;
  std::int64_t set_ = 0;  ///< the set time; 0: not set
  int native_ = -1;       ///< a timerfd(2); edge-triggered, so it is never read
};

}  // namespace firstcome::load
