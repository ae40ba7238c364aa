#include "load/schedule.h"

#include <cmath>

#include "domain/check.h"

namespace firstcome::load {

Schedule::Schedule(double rate, nanoseconds ramp)
    : interval_(1e9 / rate), ramp_(static_cast<double>(ramp.count())), in_ramp_(ramp_ / interval_ / 2) {
  CHECK(rate > 0);
}

/// In the ramp n(t) = rate t² / (2 ramp); solved for t.
nanoseconds Schedule::due(std::int64_t number) const {
  const auto n = static_cast<double>(number);
  const double at = n < in_ramp_ ? std::sqrt(2 * ramp_ * n * interval_) : ramp_ + (n - in_ramp_) * interval_;
  return nanoseconds{std::llround(at)};
}

std::int64_t Schedule::count_before(nanoseconds until) const {
  const auto t = static_cast<double>(until.count());
  if (t <= 0) return 0;
  const double n = t < ramp_ ? t * t / (2 * ramp_ * interval_) : in_ramp_ + (t - ramp_) / interval_;
  auto count = std::llround(std::ceil(n));
  while (count > 0 && due(count - 1) >= until) --count;
  while (due(count) < until) ++count;
  return count;
}

}  // namespace firstcome::load
