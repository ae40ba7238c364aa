#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "admission/admission.h"
#include "api/exchange.h"
#include "api/results.h"
#include "domain/code.h"
#include "metrics/histogram.h"
#include "net/tls_session.h"

namespace firstcome::api {

/// How TLS handshakes end, as net::TlsSession::Handshake counts it.
inline constexpr std::array<std::string_view, 4> kHandshakes = {"done", "broken_off", "failed", "plain_http"};

/// The counters of an edge, summed over its workers.
struct Figures {
  std::array<std::array<std::uint64_t, kResults.size()>, kCallCount> requests{};  ///< by Call and ResultLabel
  std::array<std::uint64_t, kCodeCount> early_refusals{};
  std::array<std::uint64_t, access::kDenials> refused_credentials{};  ///< by access::Denial
  std::uint64_t dropped_access_lines = 0;                             ///< of the access log
  metrics::Snapshot answered_at_once;                                 ///< issue requests, nanoseconds
  metrics::Snapshot answered_by_database;  ///< the same, of requests that the database refused
  metrics::Snapshot answered_later;        ///< the same, of requests that waited for the journal
  std::array<std::uint64_t, admission::kValidated.size()> validations{};  ///< by Validated
  std::array<std::uint64_t, admission::kRepeats.size()> repeats{};        ///< by Repeat
  std::array<std::uint64_t, kHandshakes.size()> handshakes{};
  metrics::Snapshot turns;               ///< of the workers' loops, nanoseconds
  std::uint64_t pending = 0;             ///< requests that wait for the journal now
  std::uint64_t connections = 0;         ///< open now
  std::uint64_t accepted = 0;            ///< connections, total
  std::uint64_t refused = 0;             ///< connections closed at the limit, total
  std::uint64_t evicted = 0;             ///< idle connections closed near the limit, total
  std::uint64_t refused_by_address = 0;  ///< connections closed at the limits of their address, total
  std::array<std::uint64_t, metrics::ErrorCounter::kKinds.size()> query_errors{};  ///< of the store
  bool ready = false;                                                              ///< as /readyz
  std::vector<bool> answered{};  ///< by partition: requests of its policies can be answered
};

/// The counters of one worker. Only its thread writes them.
class alignas(metrics::kCacheLine) WorkerCounters {
 public:
  /// Counts a request that was answered in the turn of the loop that read it.
  void answered_at_once(const Exchange& exchange) {
    count(exchange);
    if (exchange.call != Call::Issue) return;
    ++at_once_;
    // Only an early refusal by the policy snapshots or by the cache is that fast.
    if (exchange.result < kCodeCount && exchange.result != label_of(Code::Invalid))
      early_[exchange.result].add();
  }
  /// Counts a request that was answered in a later turn, which began at `now`. Both times are those of the beginning of a
  /// turn, so the duration is wrong by one turn at most; `turns` has the duration of turns.
  void answered_later(const Exchange& exchange, Instant now) {
    count(exchange);
    if (exchange.call != Call::Issue || exchange.denial != access::Denial::None) return;
    if (exchange.refused_early) early_[exchange.result].add();
    (exchange.by_database ? by_database_ : later_).observe(now - exchange.began);
  }
  /// Counts a turn of the loop. Requests that were answered in it waited no longer than it took.
  void turn_over(std::chrono::nanoseconds took, std::size_t pending) {
    turns_.observe(took);
    if (at_once_ > 0) immediate_.observe(took, std::exchange(at_once_, 0));
    pending_.set(static_cast<std::int64_t>(pending));
  }

  void handshake_ended(net::TlsSession::Handshake how) { handshakes_[static_cast<std::size_t>(how)].add(); }

  /// For the thread's admission to count in.
  admission::ValidationCounters& validations() { return validations_; }

  /// Any thread.
  void add_to(Figures& figures) const;

 private:
  void count(const Exchange& exchange) {
    if (exchange.denial != access::Denial::None) denials_[static_cast<std::size_t>(exchange.denial)].add();
    requests_[static_cast<std::size_t>(exchange.call)][exchange.result].add();
  }

  std::array<std::array<metrics::Counter, kResults.size()>, kCallCount> requests_;
  std::array<metrics::Counter, kCodeCount> early_;
  std::array<metrics::Counter, access::kDenials> denials_;
  metrics::Histogram immediate_ = metrics::Histogram::of_times();
  metrics::Histogram by_database_ = metrics::Histogram::of_times();
  metrics::Histogram later_ = metrics::Histogram::of_times();
  metrics::Histogram turns_ = metrics::Histogram::of_times();
  metrics::Gauge pending_;
  admission::ValidationCounters validations_;
  std::array<metrics::Counter, kHandshakes.size()> handshakes_;
  std::uint64_t at_once_ = 0;  ///< issue requests in this turn; only the worker reads it
};

}  // namespace firstcome::api
