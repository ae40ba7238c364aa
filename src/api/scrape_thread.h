#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/query_thread.h"
#include "thread/periodic_thread.h"

namespace firstcome::api {

/// Writes the metrics on request. Not on the workers, to keep them fast, and not on the query thread, which may be waiting
/// for the store just when an operator needs the metrics.
class ScrapeThread {
 public:
  /// `write`: the whole page; called on this thread.
  explicit ScrapeThread(std::function<std::string()> write);
  ~ScrapeThread() { stop(); }

  void start() { thread_.start(); }
  /// Drops the waiting requests.
  void stop();

  /// False: too many requests are waiting. `sink` must outlive this thread.
  bool try_ask(admission::Caller caller, QuestionSink& sink);

 private:
  using Asked = std::vector<std::pair<admission::Caller, QuestionSink*>>;
  Instant step();

  const std::function<std::string()> write_;
  std::mutex mutex_;
  Asked asked_;            // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::api
