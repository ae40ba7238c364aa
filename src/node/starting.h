#pragma once

#include <csignal>
#include <mutex>
#include <string>
#include <thread>

#include "domain/time.h"

namespace firstcome::node {

/// Watches a start on a separate thread: logs every few seconds what the start waits for, and ends the
/// process at once on one of the `stop` signals. Nothing is lost: no request was accepted yet, and each write
/// of a start is atomic.
class Starting {
 public:
  explicit Starting(const sigset_t& stop, milliseconds log_every = milliseconds{3'000});
  /// The start is over.
  ~Starting();
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;

  /// What the start waits for from now on. The log has it after "waiting for": "PostgreSQL db:5432/shop".
  void waits_for(const std::string& what);

 private:
  void run();
  void log_progress();

  const milliseconds log_every_;
  const int signals_;  ///< descriptors
  const int over_;
  const Instant began_;
  std::mutex mutex_;
  std::string what_ = "its own settings";  // guarded by mutex_
  std::thread thread_;
};

}  // namespace firstcome::node
