#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "domain/time.h"

namespace firstcome::net {

/// A socket whose readiness an EventLoop reports.
class ReadySocket {
 public:
  virtual ~ReadySocket() = default;
  /// `events`: the flags of epoll(7).
  virtual void ready(std::uint32_t events) = 0;
};

/// One thread's loop over sockets, timers and the work that other threads post. A socket is registered once,
/// edge-triggered, and one system call returns many events. A general loop makes one more system call for every read
/// (measured in docs/decisions/0009-a-loop-of-our-own-under-http.md).
class EventLoop {
 public:
  /// Called on the loop's thread: `begins` before every batch of events, `ends` after the batch, with the time.
  explicit EventLoop(
      std::function<void()> begins, std::function<void(Instant)> ends = [](Instant) {});
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // --- from any thread
  /// Runs `work` on the loop's thread, in the order of posting. Never runs it after stop().
  void post(std::function<void()> work);

  // --- on the loop's thread
  /// Returns after stop().
  void run();
  void stop() { stopped_ = true; }
  /// Reports input, output and the client's end, until the descriptor is closed. False: the kernel has no room. `socket`
  /// must not move while the descriptor is open, and not before the current batch is over.
  bool add(int native_socket, ReadySocket& socket);
  /// Runs `work` once, `delay` from now, with a resolution of 1 ms.
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
  std::vector<std::function<void()>> posted_;  // guarded by mutex_; if not empty, wake_ is signalled
  std::vector<std::function<void()>> running_;
};

}  // namespace firstcome::net
