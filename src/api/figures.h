#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "admission/validation.h"
#include "api/exchange.h"
#include "api/results.h"
#include "domain/code.h"
#include "metrics/histogram.h"

namespace firstcome::api {

/// What the edge has counted, added up over its workers.
struct Figures {
  std::array<std::array<std::uint64_t, kResults.size()>, kCallCount> requests{};  ///< by Call and ResultLabel
  std::array<std::uint64_t, kCodeCount> early_refusals{};
  metrics::Snapshot answered_at_once;      ///< issue requests, nanoseconds
  metrics::Snapshot answered_by_database;  ///< the same, of those that the database refused
  metrics::Snapshot answered_later;        ///< the same, of those that waited for the journal
  std::array<std::uint64_t, admission::kValidated.size()> validations{};  ///< by Validated
  metrics::Snapshot turns;        ///< of the workers' loops, nanoseconds
  std::uint64_t pending = 0;      ///< requests that wait for the journal now
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;     ///< connections, so far
  std::uint64_t refused = 0;      ///< connections, because there were too many
  std::array<std::uint64_t, metrics::ErrorCounter::kKinds.size()> query_errors{};  ///< of the store
  bool ready = false;                                                              ///< what /readyz says
  std::vector<bool> answered{};  ///< by partition: can requests of its policies be answered?
};

/// What one worker counts. Its thread writes.
class alignas(metrics::kCacheLine) WorkerCounters {
 public:
  /// The response to a request is on its way in the turn that brought the request.
  void answered_at_once(const Exchange& exchange) {
    requests_[static_cast<std::size_t>(exchange.call)][exchange.result].add();
    if (exchange.call != Call::Issue) return;
    ++at_once_;
    // Nothing but admission's look at the snapshots decides that fast.
    if (exchange.result < kCodeCount && exchange.result != label_of(Code::Invalid))
      early_[exchange.result].add();
  }
  /// The response is on its way, in a turn that began at `now`. Both ends are counted from the beginning of
  /// their turn: the difference is off by a turn at most, and `turns` tells how long those are.
  void answered_later(const Exchange& exchange, Instant now) {
    requests_[static_cast<std::size_t>(exchange.call)][exchange.result].add();
    if (exchange.call != Call::Issue) return;
    if (exchange.refused_early) early_[exchange.result].add();
    // That there is no such policy was said by the journal's end.
    const bool by_database = exchange.refused_early && exchange.result != label_of(Code::UnknownPolicy);
    (by_database ? by_database_ : later_).observe(now - exchange.began);
  }
  /// A turn of the loop is over. Whoever was answered within it waited no longer than it took.
  void turn_over(std::chrono::nanoseconds took, std::size_t pending) {
    turns_.observe(took);
    if (at_once_ > 0) immediate_.observe(took, std::exchange(at_once_, 0));
    pending_.set(static_cast<std::int64_t>(pending));
  }

  /// For the thread's admission to count in.
  admission::ValidationCounters& validations() { return validations_; }

  /// Any thread.
  void add_to(Figures& figures) const;

 private:
  std::array<std::array<metrics::Counter, kResults.size()>, kCallCount> requests_;
  std::array<metrics::Counter, kCodeCount> early_;
  metrics::Histogram immediate_ = metrics::Histogram::of_times();
  metrics::Histogram by_database_ = metrics::Histogram::of_times();
  metrics::Histogram later_ = metrics::Histogram::of_times();
  metrics::Histogram turns_ = metrics::Histogram::of_times();
  metrics::Gauge pending_;
  admission::ValidationCounters validations_;
  std::uint64_t at_once_ = 0;  ///< issue requests, in this turn; the worker's alone
};

}  // namespace firstcome::api
