#include "load/precise_timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "domain/check.h"

namespace firstcome::load {

PreciseTimer::PreciseTimer(net::EventLoop& loop, std::function<void()> work)
    : work_(std::move(work)), native_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  CHECK(native_ >= 0 && loop.add(native_, *this));
}

PreciseTimer::~PreciseTimer() { ::close(native_); }

void PreciseTimer::set(std::int64_t at) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  itimerspec when{};
  at = std::max<std::int64_t>(at, 1);  // 0 would disarm it
  if (at == set_) return;
  set_ = at;
  when.it_value.tv_sec = at / kSecond;
  when.it_value.tv_nsec = at % kSecond;
  CHECK(::timerfd_settime(native_, TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

void PreciseTimer::ready(std::uint32_t) {
  set_ = 0;
  work_();
}

}  // namespace firstcome::load
