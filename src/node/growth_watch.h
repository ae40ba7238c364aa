#pragma once

#include "journal/journal.h"
#include "node/node_counters.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Notices that a journal has got more partitions than it had when this node was started. They are not
/// followed here before it is started again, so it is logged.
class GrowthWatch {
 public:
  /// Everything outlives it.
  GrowthWatch(journal::JournalReader& journal, GrowthCounters& counters, milliseconds every);

  void start() { thread_.start(); }
  void stop() { thread_.stop(); }

 private:
  void look();

  journal::JournalReader& journal_;
  GrowthCounters& counters_;
  std::int32_t reported_;  ///< partitions, as last logged
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
