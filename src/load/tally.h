#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "load/latencies.h"
#include "load/request_result.h"

namespace firstcome::load {

using Counts = std::array<std::int64_t, kOutcomes>;

/// What one thread counted, or all of them together.
struct Tally {
  std::array<Latencies, kOutcomes> latencies;  ///< from the intended send; also counts
  Latencies service;                           ///< of all answers, from the real send
  Latencies fixed;                             ///< of the fixed answers, from the intended send
  std::int64_t fixed_unanswered = 0;           ///< requests for the fixed answer that got none, or another
  std::int64_t not_kept = 0;                   ///< past Plan::keep: counted here, in no request_log
  std::int64_t dropped = 0;                    ///< due, and never sent for want of a free connection
  std::map<std::string, std::int64_t>
      remarks;  ///< "HTTP 401 UNAUTHORIZED", "its result is none we know"; few kinds

  void add(const Tally& other);
  void remark(std::string what);
  [[nodiscard]] std::int64_t count(RequestResult outcome) const {
    return latencies[index_of(outcome)].count();
  }
  /// Requests for a coupon: all of them, or those that got an answer.
  [[nodiscard]] std::int64_t sent() const;
  [[nodiscard]] std::int64_t answered() const;
  [[nodiscard]] Latencies of_answers() const;
};

/// The same over a short while, for the live line and the charts.
struct Interval {
  Counts counts{};
  Latencies latencies;  ///< of the answers
  Latencies fixed;
  std::int64_t dropped = 0;
  std::int64_t connected = 0;  ///< now
  std::int64_t waiting = 0;    ///< connections that wait for an answer, now

  void add(const Interval& other);
};

}  // namespace firstcome::load
