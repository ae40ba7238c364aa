#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "metrics/counter.h"
#include "replica/policy_snapshots.h"
#include "replica/replica.h"
#include "store/store.h"

namespace firstcome::replica {

/// Counters of one partition's driver.
struct alignas(metrics::kCacheLine) ReplicaCounters {
  metrics::Gauge clock_behind_ms;  ///< this machine's clock minus the journal's, at the newest record
  metrics::ErrorCounter bounds_errors;
  metrics::ErrorCounter follow_errors;
  metrics::ErrorCounter load_errors;  ///< of the store
};

/// Makes the calls of one partition's replica: polls and compares the journal, lets the replica decide, and
/// loads it again from the store on request. Retries a retryable failure. Any other failure takes the
/// partition out of service on this node: it is not decided or answered until it is loaded again.
///
/// Stepped: it owns no thread and reads no clock. The owner loads the replica first. Then it runs this loop,
/// on the partition's thread or in virtual time:
///
///     while (!stopping) {
///       const Instant next = driver.step(now());  // at most one call of the journal or the store
///       sleep_until(next);                        // Instant{}: at once
///     }
class ReplicaDriver {
 public:
  /// Called during a step, on the thread that steps. Must not block.
  class Observer {
   public:
    virtual ~Observer() = default;
    /// Records were decided.
    virtual void decided() {}
    /// The partition has caught up, or stopped.
    virtual void progress() {}
    /// The driver begins to follow the partition, for the first time or again.
    virtual void following() {}
    /// `operation` failed and will be retried.
    virtual void failed(const char* /*operation*/, const Error& /*error*/) {}
    /// A message for the operator.
    virtual void warned(const std::string& /*warning*/) {}
  };

  /// All references must outlive the driver.
  ReplicaDriver(Replica& replica, PartitionStatus& status, journal::Journal& journal, store::Store& store,
                ReplicaCounters& counters, Observer& observer);

  /// Returns when to call it next.
  Instant step(Now now);

  // --- any thread
  /// The journal was asked for the partition's end at `asked_at` and returned `end`.
  void on_end(Instant asked_at, Offset end);
  /// Loads the partition from the store again.
  void reload(PriorAnswers prior);
  /// False once a reload has ended, also if it has taken the partition out of service.
  [[nodiscard]] bool reloading() const { return reloading_; }
  /// The process is ending: later failures do not take the partition out of service.
  void give_up() { giving_up_ = true; }

 private:
  enum class Stage : std::uint8_t {
    Load,    ///< read the store's snapshot
    Bounds,  ///< loaded: check that the journal has the position
    Follow,  ///< open the journal at `from_`
    Poll,
    Idle,  ///< out of service until the next reload
  };

  void take_requests();
  Instant load(Now now);
  Instant read_bounds(Now now);
  Instant follow(Now now);
  Instant poll(Now now);
  Instant compare_log(Now now);
  Instant apply(Now now);
  Instant fail(const char* operation, const Error& error, metrics::ErrorCounter& errors, Now now);
  Instant leave_service(const Error& error, Now now);
  Instant enter(Stage stage);
  void report_warning();

  Replica& replica_;
  PartitionStatus& status_;
  journal::Journal& journal_;
  store::Store& store_;
  ReplicaCounters& counters_;
  Observer& observer_;

  Stage stage_ = Stage::Bounds;
  Offset from_ = 0;
  std::unique_ptr<journal::Follower> follower_;
  std::optional<journal::Fetch> fetch_;  ///< polled, not applied yet
  Instant compared_at_{};
  Instant not_before_{};  ///< backoff
  milliseconds backoff_{0};
  std::atomic<bool> reloading_{false};
  std::atomic<bool> giving_up_{false};

  std::mutex mutex_;  // guards the requests of other threads
  std::optional<PriorAnswers> reload_requested_;
  std::vector<std::pair<Instant, Offset>> ends_;
};

}  // namespace firstcome::replica
