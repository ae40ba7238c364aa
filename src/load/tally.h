#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "load/latencies.h"
#include "load/request_result.h"

namespace firstcome::load {

using Counts = std::array<std::int64_t, kRequestResults>;

/// The counts of one thread, or the sum of all threads.
struct Tally {
  std::array<Latencies, kRequestResults> latencies;  ///< from the intended send; they also count the requests
  Latencies service;                                 ///< of all answers, from the real send
  Latencies fixed;                                   ///< of the fixed answers, from the intended send
  std::int64_t fixed_unanswered = 0;                 ///< requests for the fixed answer that did not get it
  std::int64_t not_kept = 0;                         ///< above Plan::keep: counted, but not logged
  std::int64_t commands_forbidden = 0;               ///< commands of coupons that got 401 or 403
  std::int64_t dropped = 0;                          ///< due, but never sent because no connection was free
  std::map<std::string, std::int64_t> remarks;       ///< such as "HTTP 401 UNAUTHORIZED"; few kinds

  void add(const Tally& other);
  void remark(std::string what);
  [[nodiscard]] std::int64_t count(RequestResult result) const { return latencies[index_of(result)].count(); }
  /// Requests for coupons and commands of coupons: all, and those with an answer.
  [[nodiscard]] std::int64_t sent() const;
  [[nodiscard]] std::int64_t answered() const;
  [[nodiscard]] Latencies of_answers() const;
};

/// The same for a short time, for the live line and the charts.
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
