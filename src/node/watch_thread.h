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

/// Reads the ends of all partitions from the journal every 250 ms and passes each to its partition's driver,
/// so that a replica knows its freshness while no records arrive. A separate thread, because reading may
/// block. Logs changes of the health of partitions.
class WatchThread {
 public:
  /// A partition and the receivers of its end. The references must outlive the thread.
  struct Watched {
    Partition partition;
    replica::PartitionStatus& status;
    replica::ReplicaDriver& driver;
    WatchCounters& counters;
  };
  explicit WatchThread(journal::Journal& journal);

  /// Call it before start(), in the order of the partitions.
  void add(const Watched& watched);
  void start() { thread_.start(); }
  void stop() { thread_.stop(); }
  /// Reads the ends without waiting for the next turn. Any thread; does not block. One read runs at a time,
  /// and there are some milliseconds between two, also if this is called often.
  void read_soon();

 private:
  struct Seen {
    Watched watched;
    replica::Health health = replica::Health::Replaying;
    std::optional<Instant> silent_since{};  ///< since then its end cannot be read
    bool clock_is_ahead = false;
  };

  Instant step();
  void read_ends();
  static void report_end(Seen& seen, Instant asked_at, const Result<Offset>& end);
  static void check_health(Seen& seen);
  static void check_clock(Seen& seen);

  journal::Journal& journal_;
  std::vector<Seen> seen_;  ///< by partition

  Instant next_turn_{};
  std::atomic<bool> wanted_{false};
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
