#pragma once

#include <cstdint>
#include <optional>

#include "load/plan.h"
#include "load/planned_request.h"
#include "load/schedule.h"

namespace firstcome::load {

/// Decides when one thread of the generator may send its next request. The caller passes the time in.
class ArrivalSchedule {
 public:
  ArrivalSchedule(const Plan& plan, int thread);
  void start(Tick at);

  /// If a request may be sent now, counts it and returns its intended send time (in a closed loop: `now`). `waiting`:
  /// the number of connections that wait for a response.
  std::optional<Tick> take(Tick now, int waiting);
  /// Open loop: drops requests that were due too long ago. Returns their number.
  std::int64_t drop_late(Tick now);
  /// No more requests.
  void stop() { most_ = number_; }
  /// True if there are no more requests to send.
  [[nodiscard]] bool finished(Tick now) const;
  /// The next time at which take() may succeed without a response before it.
  [[nodiscard]] std::optional<Tick> next(Tick now) const;

 private:
  [[nodiscard]] Tick due(std::int64_t number) const;
  /// Closed loop: the number of connections that may be in use at the same time.
  [[nodiscard]] std::int64_t active_connections(Tick now) const;

  const std::int64_t thread_;
  const std::int64_t threads_;
  const std::int64_t connections_;
  const Tick ramp_;
  const Tick drop_after_;
  std::optional<Schedule> schedule_;  ///< open loop
  std::int64_t most_ = INT64_MAX;     ///< number of requests of this thread
  std::optional<Tick> duration_;
  Tick start_ = 0;
  std::int64_t number_ = 0;  ///< of the next request
};

}  // namespace firstcome::load
