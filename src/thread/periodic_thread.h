#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "domain/time.h"

namespace firstcome::thread {

/// A thread that calls a step again and again, at the times the step asks for or when it is woken:
///
///     PeriodicThread thread("watch", [&]() -> std::optional<Instant> { look(); return now() + kEvery; });
///     thread.start();
///     thread.nudge();  // from any thread: there is something new
///     thread.stop();   // the step under way is the last
///
/// Declare it so that it is destroyed, or stop it, before what its step uses.
class PeriodicThread {
 public:
  /// Returns when to be called next; Instant{}: at once. Nothing: there is nothing left to do, ever.
  using Step = std::function<std::optional<Instant>()>;

  /// `niceness` above 0: the thread gives way to others where they want the processor.
  PeriodicThread(std::string name, Step step, int niceness = 0);
  ~PeriodicThread() { stop(); }
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

  void start();
  /// Ends a sleep, unless that is a pause: one of less than kPause, as a backoff is. Any thread; does not
  /// block, and costs a store and a load while the thread is at work.
  void nudge();
  /// Ends a pause, too. Any thread; does not block.
  void wake();
  /// The step under way is the last. Any thread; does not wait for it.
  void give_up();
  /// Gives up, and waits for the thread. Nothing happens if it was never started.
  void stop();
  /// Waits until a step has returned nothing. False: not in time, or the thread was stopped before.
  bool finished_within(milliseconds most);

  static constexpr milliseconds kPause{100};

 private:
  void run();
  void sleep_until(Instant until);

  const std::string name_;
  const Step step_;
  const int niceness_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> nudged_{false};
  std::atomic<bool> woken_{false};
  std::atomic<bool> sleeps_{false};  ///< and a nudge may end it

  std::mutex mutex_;  // guards the sleep
  std::condition_variable changed_;
  bool finished_ = false;  // guarded by mutex_
  bool ended_ = true;      // guarded by mutex_; the thread, or it was never started
  std::thread thread_;
};

}  // namespace firstcome::thread
