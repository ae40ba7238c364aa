#pragma once

#include <functional>

#include "net/event_loop.h"

namespace firstcome::load {

/// Wakes a loop at a time given to the nanosecond; the loop's own timers know milliseconds, which is longer
/// than an answer takes. On the loop's thread.
class PreciseTimer final : public net::ReadySocket {
 public:
  PreciseTimer(net::EventLoop& loop, std::function<void()> work);
  ~PreciseTimer() override;
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Runs the work once, at this time of the steady clock, in ns; instead of what was set before.
  void set(std::int64_t at);
  void ready(std::uint32_t events) override;

 private:
  const std::function<void()> work_;
  std::int64_t set_ = 0;  ///< for when; 0: not set
  int native_ = -1;       ///< a timerfd(2); its edge is enough, so it is never read
};

}  // namespace firstcome::load
