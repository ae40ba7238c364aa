#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "node/partition_saver.h"
#include "store/store.h"

namespace firstcome::node {

/// A thread that saves what was decided, for the partitions it is given, with a writer of its own.
class IssuerThread {
 public:
  IssuerThread(std::unique_ptr<store::Writer> writer, std::vector<std::unique_ptr<PartitionSaver>> savers);
  ~IssuerThread();

  void start();
  /// Something was decided. Any thread; does not block.
  void nudge();
  /// Save what is left without lingering, from now on.
  void hurry();
  /// Hurries, and returns when all that was decided is saved. False: not in time; the journal has it, and the
  /// next start saves it.
  bool finish(milliseconds most);
  /// Ends the thread, when the call under way has ended.
  void end();

 private:
  void run();
  /// Steps every partition until none has more to do; returns when the first wants to be asked again.
  Instant step_all();
  void sleep_until(Instant until);

  std::unique_ptr<store::Writer> writer_;
  std::vector<std::unique_ptr<PartitionSaver>> savers_;

  std::mutex mutex_;  // guards the sleep
  std::condition_variable woken_;
  std::atomic<bool> decided_{false};
  bool stopping_ = false;  // guarded by mutex_
  bool hurrying_ = false;  // guarded by mutex_
  bool finished_ = false;  // guarded by mutex_; all was saved
  std::atomic<bool> sleeping_long_{false};
  std::thread thread_;
};

}  // namespace firstcome::node
