#pragma once

#include <chrono>
#include <cstdint>

namespace firstcome::load {

using std::chrono::nanoseconds;

/// When each request of an open loop is to be sent, whatever became of those before it: constant arrival,
/// after a ramp in which the rate grows evenly from 0.
class Schedule {
 public:
  /// `rate`: a second, > 0.
  Schedule(double rate, nanoseconds ramp);

  /// The intended send time of request `number` (from 0), counted from the start. Grows with the number.
  [[nodiscard]] nanoseconds due(std::int64_t number) const;
  /// How many are due before `until`.
  [[nodiscard]] std::int64_t count_before(nanoseconds until) const;

 private:
  double interval_;  ///< ns
  double ramp_;      ///< ns
  double in_ramp_;   ///< requests that fall into the ramp
};

}  // namespace firstcome::load
