#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "app/counters.h"
#include "app/partition_thread.h"
#include "journal/journal.h"
#include "replica/board.h"

namespace firstcome::app {

/// Asks the journal for each partition's end every 250 ms and hands it to the partition's thread: only so can
/// a replica know how fresh it is while nothing arrives. Apart from the partitions' threads, because asking
/// may block. Tells an operator when a partition's health changes.
class WatchThread {
 public:
  WatchThread(journal::Journal& journal, replica::Board& board, std::vector<PartitionThread*> partitions,
              WatchCounters& counters);
  ~WatchThread();

  void start();
  void stop();

 private:
  void run();
  void ask_end(Partition partition);
  void look_at_health(Partition partition);

  journal::Journal& journal_;
  replica::Board& board_;
  const std::vector<PartitionThread*> partitions_;
  WatchCounters& counters_;
  std::vector<replica::Health> health_;
  std::vector<bool> answers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace firstcome::app
