#pragma once

#include <csignal>
#include <mutex>
#include <string>
#include <thread>

#include "domain/time.h"

namespace firstcome::node {

/// A start in progress, watched by a thread of its own: every few seconds one line says what it waits for,
/// and one of the `stop` signals ends the process at once. That loses nothing: no request was accepted yet,
/// and what a start writes is written whole or not at all.
class Starting {
 public:
  explicit Starting(const sigset_t& stop, milliseconds say_every = milliseconds{3'000});
  /// The start is over.
  ~Starting();
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;

  /// What is waited for from now on, to stand behind "waiting for": "PostgreSQL db:5432/shop".
  void waits_for(const std::string& what);

 private:
  void run();
  void say();

  const milliseconds say_every_;
  const int signals_;  ///< descriptors
  const int over_;
  const Instant began_;
  std::mutex mutex_;
  std::string what_ = "its own settings";  // guarded by mutex_
  std::thread thread_;
};

}  // namespace firstcome::node
