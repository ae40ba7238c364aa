#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "domain/time.h"

namespace firstcome::net {

/// A socket, as far as its readiness goes.
class ReadySocket {
 public:
  virtual ~ReadySocket() = default;
  /// `events`: as epoll(7) gives them.
  virtual void ready(std::uint32_t events) = 0;
};

/// One thread's loop over sockets, timers and what other threads post. A socket is registered once,
/// edge-triggered, and one system call brings many; a general loop asks the kernel once more for every read
/// (docs/decisions/0009-a-loop-of-our-own-under-http.md has the figures).
class EventLoop {
 public:
  /// Called on the loop's thread: `begins` before every batch of events, `ends` when all that came of it is
  /// done, with the time then.
  explicit EventLoop(
      std::function<void()> begins, std::function<void(Instant)> ends = [](Instant) {});
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // --- from any thread
  /// Runs `work` on the loop's thread, in the order of posting. After stop() it is kept and never run.
  void post(std::function<void()> work);

  // --- on the loop's thread
  /// Until stop().
  void run();
  void stop() { stopped_ = true; }
  /// In, out and the client's end, until the descriptor is closed. False: the kernel has no room. `socket`
  /// must stay where it is while the descriptor is open, and until the batch under way is over.
  bool add(int native_socket, ReadySocket& socket);
  /// Runs `work` once, `delay` from now; to the millisecond.
  void after(milliseconds delay, std::function<void()> work);

 private:
  struct Timer {
    Instant at;
    std::function<void()> work;
  };
  [[nodiscard]] int milliseconds_to_next_timer(Instant now) const;
  void run_posted();
  void run_timers();

  const std::function<void()> begins_;
  const std::function<void(Instant)> ends_;
  int epoll_ = -1;
  int wake_ = -1;  ///< an eventfd
  bool stopped_ = false;
  std::array<epoll_event, 256> events_{};
  std::vector<Timer> timers_;  ///< a few

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_; a wake-up is on its way while not empty
  std::vector<std::function<void()>> running_;
};

}  // namespace firstcome::net
