#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/counters.h"
#include "app/partition_thread.h"
#include "journal/journal.h"
#include "replica/board.h"

namespace firstcome::app {

/// Asks the journal for a partition's end every 250 ms and hands it to the partition's thread: only so can a
/// replica know how fresh it is while nothing arrives. Apart from that thread, because asking may block; and
/// a thread a partition, because one that does not answer must not make the others stale. Tells an operator
/// when the partition's health changes.
class WatchThread {
 public:
  WatchThread(Partition partition, journal::Journal& journal, replica::PartitionStatus& status,
              PartitionThread& thread, WatchCounters& counters);
  ~WatchThread();

  void start();
  void stop();
  /// Do not wait for the next turn to ask for the end. Any thread; does not block. However often it is
  /// called, one question is under way at a time, and they stay some milliseconds apart.
  void ask_soon();

 private:
  void run();
  void ask_end();
  void look_at_health();

  const Partition partition_;
  journal::Journal& journal_;
  replica::PartitionStatus& status_;
  PartitionThread& partition_thread_;
  WatchCounters& counters_;
  replica::Health health_ = replica::Health::Replaying;
  bool answers_ = true;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  bool wanted_ = false;    // guarded by mutex_
  std::thread thread_;
};

}  // namespace firstcome::app
