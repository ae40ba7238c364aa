#pragma once

#include <functional>

#include "replica/replica_driver.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// The thread that owns one partition's replica and steps its driver. It logs what an operator must know.
class PartitionThread : private replica::ReplicaDriver::Observer {
 public:
  struct Callbacks {
    // Both are called on this thread and must not block.
    std::function<void()> decided;   ///< records were decided, or the partition was loaded again
    std::function<void()> progress;  ///< the partition has caught up, or stopped
  };

  PartitionThread(replica::Replica& replica, replica::PartitionStatus& status, journal::Journal& journal,
                  store::Store& store, replica::ReplicaCounters& counters, Callbacks callbacks);
  ~PartitionThread() override { stop(); }

  [[nodiscard]] replica::ReplicaDriver& driver() { return driver_; }
  /// The replica must be loaded. From now on it belongs to this thread.
  void start() { thread_.start(); }
  /// See PeriodicThread. While the partition is loaded, a step takes as long as the store does.
  bool has_moved() { return thread_.has_moved(); }
  /// Ends all waiting, so that the thread ends by itself. Does not wait for it.
  void give_up();
  /// Gives up, and waits for the thread.
  void stop();

 private:
  void decided() override { callbacks_.decided(); }
  void progress() override { callbacks_.progress(); }
  void following() override { callbacks_.decided(); }
  void failed(const char* operation, const Error& error) override;
  void warned(const std::string& warning) override;

  const Partition partition_;
  const Callbacks callbacks_;
  replica::ReplicaDriver driver_;
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
