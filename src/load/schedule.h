#pragma once

#include <chrono>
#include <cstdint>

namespace firstcome::load {

using std::chrono::nanoseconds;

/// The send times of an open loop, independent of responses: a constant rate, after a ramp in which the rate grows
/// linearly from 0.
class Schedule {
 public:
  /// `rate`: requests per second, > 0.
  Schedule(double rate, nanoseconds ramp);

  /// The intended send time of request `number` (from 0), relative to the start. Rises with the number.
  [[nodiscard]] nanoseconds due(std::int64_t number) const;
  /// The number of requests that are due before `until`.
  [[nodiscard]] std::int64_t count_before(nanoseconds until) const;

 private:
  double interval_;  ///< ns
  double ramp_;      ///< ns
  double in_ramp_;   ///< number of requests in the ramp
};

}  // namespace firstcome::load
