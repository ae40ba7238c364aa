#pragma once

#include "journal/journal.h"
#include "node/node_counters.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Logs and counts partitions that were added to the journal after this node started. The node does not
/// follow them until it is restarted.
class GrowthWatch {
 public:
  /// The references must outlive this.
  GrowthWatch(journal::JournalReader& journal, GrowthCounters& counters, milliseconds every);

  void start() { thread_.start(); }
  void stop() { thread_.stop(); }

 private:
  void look();

  journal::JournalReader& journal_;
  GrowthCounters& counters_;
  std::int32_t reported_;  ///< number of partitions, as last logged
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
