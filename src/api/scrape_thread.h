#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/query_thread.h"

namespace firstcome::api {

/// Writes the metrics for whoever asks: off the workers, which have better things to do, and apart from the
/// query thread, which may be waiting for the store just when somebody wants to know why.
class ScrapeThread {
 public:
  /// `write`: the whole page; called on this thread.
  explicit ScrapeThread(std::function<std::string()> write) : write_(std::move(write)) {}
  ~ScrapeThread() { stop(); }

  void start();
  /// Drops who still waits.
  void stop();

  /// False: too many wait already. `sink` must outlive this thread.
  bool try_ask(admission::Caller caller, QuestionSink& sink);

 private:
  using Asked = std::vector<std::pair<admission::Caller, QuestionSink*>>;
  void run();

  const std::function<std::string()> write_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Asked asked_;            // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace firstcome::api
