#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "domain/time.h"

namespace firstcome::thread {

/// A thread that calls a step repeatedly, at the times that the step returns or when it is woken:
///
///     PeriodicThread thread("watch", [&]() -> std::optional<Instant> { look(); return now() + kEvery; });
///     thread.start();
///     thread.nudge();  // from any thread: there is new work
///     thread.stop();   // after the current step
///
/// It must be destroyed or stopped before the objects that its step uses.
class PeriodicThread {
 public:
  /// Returns when to call it next; Instant{}: at once. Nothing: the work is finished and the thread ends.
  using Step = std::function<std::optional<Instant>()>;

  /// `niceness` above 0: the thread yields the processor to others.
  PeriodicThread(std::string name, Step step, int niceness = 0);
  ~PeriodicThread() { stop(); }
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

  void start();
  /// Ends a sleep of at least kPause. A shorter one is a pause, for instance a backoff. Any thread; does not
  /// block, and costs a store and a load while the thread works.
  void nudge();
  /// Ends a pause, too. Any thread; does not block.
  void wake();
  /// Ends the thread after the current step. Any thread; does not wait for it.
  void give_up();
  /// give_up(), then waits for the thread. Does nothing if it was never started.
  void stop();
  /// Waits until a step has returned nothing. False if that takes longer than `most`, or if the thread ends
  /// before.
  bool finished_within(milliseconds most);
  /// True if a step has ended since the last call. For one other thread, such as a watchdog.
  bool has_moved();

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
  std::atomic<bool> sleeps_{false};  ///< in a sleep that nudge() ends
  std::atomic<std::uint64_t> steps_{0};
  std::uint64_t steps_seen_ = 0;  ///< by the thread that calls has_moved()

  std::mutex mutex_;  // guards the sleep
  std::condition_variable changed_;
  bool finished_ = false;  // guarded by mutex_
  bool ended_ = true;      // guarded by mutex_; or never started
  std::thread thread_;
};

}  // namespace firstcome::thread
