#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "journal/journal.h"
#include "node/node_counters.h"
#include "replica/policy_snapshots.h"
#include "replica/replica_driver.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Asks the journal for the ends of all partitions every 250 ms and hands each to its partition's driver:
/// only so can a replica know how fresh it is while nothing arrives. Apart from those threads, because asking
/// may block. Tells an operator when the health of a partition changes.
class WatchThread {
 public:
  /// A partition, and who hears of its end. The references outlive the thread.
  struct Watched {
    Partition partition;
    replica::PartitionStatus& status;
    replica::ReplicaDriver& driver;
    WatchCounters& counters;
  };
  explicit WatchThread(journal::Journal& journal);

  /// In the order of the partitions; before start().
  void add(const Watched& watched);
  void start() { thread_.start(); }
  void stop() { thread_.stop(); }
  /// Do not wait for the next turn to ask for the end. Any thread; does not block. However often it is
  /// called, one question is under way at a time, and they stay some milliseconds apart.
  void ask_soon();

 private:
  struct Seen {
    Watched watched;
    replica::Health health = replica::Health::Replaying;
    std::optional<Instant> silent_since{};  ///< it has not said where it ends
    bool clock_is_ahead = false;
  };

  Instant step();
  void ask_ends();
  static void see_end(Seen& seen, Instant asked_at, const Result<Offset>& end);
  static void look_at_health(Seen& seen);
  static void look_at_clock(Seen& seen);

  journal::Journal& journal_;
  std::vector<Seen> seen_;  ///< by partition

  Instant next_turn_{};
  std::atomic<bool> wanted_{false};
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
