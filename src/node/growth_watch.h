#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "journal/journal.h"
#include "node/counters.h"

namespace firstcome::node {

/// Notices that a journal has got more partitions than it had when this node was started. They are not
/// followed here before it is started anew, so somebody has to hear of it.
class GrowthWatch {
 public:
  /// Everything outlives it.
  GrowthWatch(journal::JournalReader& journal, GrowthCounters& counters, milliseconds every);
  ~GrowthWatch();
  GrowthWatch(const GrowthWatch&) = delete;
  GrowthWatch& operator=(const GrowthWatch&) = delete;

  void start();
  void stop();

 private:
  void run();
  void look();

  journal::JournalReader& journal_;
  GrowthCounters& counters_;
  const milliseconds every_;
  std::int32_t told_;  ///< partitions, as an operator has heard

  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace firstcome::node
