#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "journal/journal.h"
#include "node/counters.h"
#include "replica/board.h"
#include "replica/replica.h"
#include "store/store.h"

namespace firstcome::node {

/// The thread that owns one partition's replica: follows the journal, lets the replica decide what comes,
/// until it is stopped. A failure that time may heal is retried in place; any other stops the partition on
/// this node, loudly: nothing is decided or answered from it until it is loaded again, and nothing while it
/// is halted.
class PartitionThread {
 public:
  struct Callbacks {
    // Both on this thread; must not block.
    std::function<void()> decided;   ///< something was decided
    std::function<void()> progress;  ///< the partition has caught up, or stopped
  };

  /// `partitions`: the count fixed with the data.
  PartitionThread(replica::Replica& replica, std::int32_t partitions, replica::PartitionStatus& status,
                  journal::Journal& journal, store::Store& store, PartitionCounters& counters,
                  Callbacks callbacks);
  ~PartitionThread();

  /// The replica has been loaded; from here on it belongs to this thread.
  void start();
  /// Waits for nothing any longer, from now on: the thread ends by itself, and reload() returns.
  void give_up();
  /// Gives up, and waits for the thread.
  void stop();

  // --- from other threads
  /// The journal was asked for the partition's end at `asked_at`, and said `end`.
  void on_end(Instant asked_at, Offset end);
  /// Loads the partition from the store again, as at start; returns when that is done.
  Status reload(replica::Promises promises);

 private:
  void run();
  void loop();
  Status start_following();
  Status step();
  Status load_again(replica::Promises promises);
  void leave_service(const Error& error);
  Status compare_log();
  void hand_over_ends();
  void answer_reload(const Status& status);
  /// Calls until it succeeds, fails for good, or the thread is to stop (then nothing).
  template <class Attempt>
  auto retrying(const char* what, metrics::ErrorCounter& errors, Attempt attempt)
      -> std::optional<decltype(attempt())>;
  bool wait_unless_stopping(milliseconds most);

  replica::Replica& replica_;
  const std::int32_t partitions_;
  replica::PartitionStatus& status_;
  journal::Journal& journal_;
  store::Store& store_;
  PartitionCounters& counters_;
  const Callbacks callbacks_;
  std::unique_ptr<journal::Follower> follower_;  // this thread's
  Instant compared_at_{};                        // this thread's

  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  bool stopping_ = false;
  bool ended_ = false;
  std::optional<replica::Promises> reload_wanted_;
  std::optional<Status> reload_result_;
  std::vector<std::pair<Instant, Offset>> ends_;

  std::thread thread_;
};

}  // namespace firstcome::node
