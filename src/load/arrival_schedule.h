#pragma once

#include <cstdint>
#include <optional>

#include "load/plan.h"
#include "load/request_log.h"
#include "load/schedule.h"

namespace firstcome::load {

/// When one thread of the generator may send its next request. Reads no clock: it is told the time.
class ArrivalSchedule {
 public:
  ArrivalSchedule(const Plan& plan, int thread);
  void start(Tick at);

  /// May a request be sent now, while `waiting` connections wait for an answer? Then the time that it was
  /// meant to be sent at: in a closed loop, now. Counts it as sent.
  std::optional<Tick> take(Tick now, int waiting);
  /// Open loop: requests that were due too long ago are given up; how many.
  std::int64_t drop_late(Tick now);
  /// Sends no more.
  void stop() { most_ = number_; }
  /// Nothing is left to be sent.
  [[nodiscard]] bool finished(Tick now) const;
  /// When it is worth asking again, if not before an answer comes.
  [[nodiscard]] std::optional<Tick> next(Tick now) const;

 private:
  [[nodiscard]] Tick due(std::int64_t number) const;
  /// Closed loop: connections that may ask at the same time.
  [[nodiscard]] std::int64_t asking(Tick now) const;

  const std::int64_t thread_;
  const std::int64_t threads_;
  const std::int64_t connections_;
  const Tick ramp_;
  const Tick drop_after_;
  std::optional<Schedule> schedule_;  ///< open loop
  std::int64_t most_ = INT64_MAX;     ///< requests of this thread
  std::optional<Tick> duration_;
  Tick start_ = 0;
  std::int64_t number_ = 0;  ///< of the next request
};

}  // namespace firstcome::load
