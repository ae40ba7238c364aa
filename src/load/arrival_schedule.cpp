#include "load/arrival_schedule.h"

#include <algorithm>

namespace firstcome::load {
namespace {

Tick ticks(milliseconds time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

ArrivalSchedule::ArrivalSchedule(const Plan& plan, int thread)
    : thread_(thread),
      threads_(plan.threads),
      connections_(connections_of(plan, thread)),
      ramp_(ticks(plan.ramp)),
      drop_after_(ticks(plan.drop_after)) {
  if (const auto requests = requests_of(plan, thread)) most_ = *requests;
  if (plan.duration) duration_ = ticks(*plan.duration);
  if (!plan.rate) return;
  schedule_.emplace(static_cast<double>(*plan.rate), plan.ramp);
  if (!duration_) return;
  const std::int64_t all = schedule_->count_before(nanoseconds{*duration_});
  most_ = std::min(most_, (all - thread_ + threads_ - 1) / threads_);
}

void ArrivalSchedule::start(Tick at) { start_ = at; }

/// The threads take turns: request n of the schedule belongs to thread n modulo threads.
Tick ArrivalSchedule::due(std::int64_t number) const {
  return start_ + schedule_->due(number * threads_ + thread_).count();
}

std::int64_t ArrivalSchedule::active_connections(Tick now) const {
  if (now - start_ >= ramp_) return connections_;
  return std::clamp<std::int64_t>(connections_ * (now - start_) / ramp_, 1, connections_);
}

bool ArrivalSchedule::finished(Tick now) const {
  if (number_ >= most_) return true;
  return !schedule_ && duration_ && now >= start_ + *duration_;
}

std::optional<Tick> ArrivalSchedule::take(Tick now, int waiting) {
  if (now < start_ || finished(now)) return std::nullopt;
  if (!schedule_) {
    if (waiting >= active_connections(now)) return std::nullopt;
    ++number_;
    return now;
  }
  const Tick intended = due(number_);
  if (intended > now) return std::nullopt;
  ++number_;
  return intended;
}

std::int64_t ArrivalSchedule::drop_late(Tick now) {
  if (!schedule_) return 0;
  const std::int64_t before = number_;
  while (number_ < most_ && due(number_) + drop_after_ < now) ++number_;
  return number_ - before;
}

std::optional<Tick> ArrivalSchedule::next(Tick now) const {
  constexpr Tick kRampStep = 5'000'000;
  if (now < start_) return start_;
  if (finished(now)) return std::nullopt;
  if (schedule_) return due(number_);
  if (now < start_ + ramp_) return now + kRampStep;
  return std::nullopt;
}

}  // namespace firstcome::load
