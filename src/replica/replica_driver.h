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

/// What a partition's driver counts.
struct alignas(metrics::kCacheLine) ReplicaCounters {
  metrics::Gauge clock_behind_ms;  ///< this machine's clock less the journal's, at the newest record
  metrics::ErrorCounter bounds_errors;
  metrics::ErrorCounter follow_errors;
  metrics::ErrorCounter load_errors;  ///< of the store
};

/// Keeps one partition's replica following the journal: polls, compares the log, lets the replica decide, and
/// loads it again from the store on request. A failure that time may heal is retried; any other takes the
/// partition out of service on this node: nothing is decided or answered from it until it is loaded again.
///
/// Stepped: it owns no thread and reads no clock. The replica has been loaded; then its owner does this, on a
/// thread of its own or in virtual time:
///
///     while (!stopping) {
///       const Instant next = driver.step(now());  // at most one call of the journal or the store
///       sleep_until(next);                        // Instant{}: at once
///     }
class ReplicaDriver {
 public:
  /// Hears what happens in a step, on the thread that steps; must not block.
  class Observer {
   public:
    virtual ~Observer() = default;
    /// Something was decided.
    virtual void decided() {}
    /// The partition has caught up, or stopped.
    virtual void progress() {}
    /// The partition is followed, for the first time or again.
    virtual void following() {}
    /// `what` failed, and is tried again.
    virtual void failed(const char* /*what*/, const Error& /*error*/) {}
    /// An operator should read this.
    virtual void warned(const std::string& /*warning*/) {}
  };

  /// Everything outlives the driver.
  ReplicaDriver(Replica& replica, PartitionStatus& status, journal::Journal& journal, store::Store& store,
                ReplicaCounters& counters, Observer& observer);

  /// Returns when to call it next.
  Instant step(Now now);

  // --- any thread
  /// The journal was asked for the partition's end at `asked_at` and returned `end`.
  void on_end(Instant asked_at, Offset end);
  /// Loads the partition from the store again.
  void reload(Promises promises);
  /// False once that is done, or has taken the partition out of service.
  [[nodiscard]] bool reloading() const { return reloading_; }
  /// The process ends: a failure from now on says nothing about the partition.
  void give_up() { giving_up_ = true; }

 private:
  enum class Stage : std::uint8_t {
    Load,    ///< read the store's snapshot
    Bounds,  ///< loaded: see if the position is in the journal
    Follow,  ///< open the journal at `from_`
    Poll,
    Idle,  ///< out of service until the next reload
  };

  void take_requests();
  Instant load(Now now);
  Instant ask_bounds(Now now);
  Instant follow(Now now);
  Instant poll(Now now);
  Instant compare_log(Now now);
  Instant apply(Now now);
  Instant fail(const char* what, const Error& error, metrics::ErrorCounter& errors, Now now);
  Instant leave_service(const Error& error, Now now);
  Instant enter(Stage stage);
  void pass_on_warning();

  Replica& replica_;
  PartitionStatus& status_;
  journal::Journal& journal_;
  store::Store& store_;
  ReplicaCounters& counters_;
  Observer& observer_;

  Stage stage_ = Stage::Bounds;
  Offset from_ = 0;
  std::unique_ptr<journal::Follower> follower_;
  std::optional<journal::Fetch> fetch_;  ///< read and not yet applied
  Instant compared_at_{};
  Instant not_before_{};  ///< backoff
  milliseconds backoff_{0};
  std::atomic<bool> reloading_{false};
  std::atomic<bool> giving_up_{false};

  std::mutex mutex_;  // guards the requests of other threads
  std::optional<Promises> reload_wanted_;
  std::vector<std::pair<Instant, Offset>> ends_;
};

}  // namespace firstcome::replica
