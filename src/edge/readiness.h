#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>

#include "edge/asio.h"

namespace firstcome::edge {

/// A client's socket, as far as its readiness goes.
class ReadySocket {
 public:
  virtual ~ReadySocket() = default;
  /// `events`: as epoll(7) gives them.
  virtual void ready(std::uint32_t events) = 0;
};

/// Tells a worker which of its clients' sockets are ready: an epoll of its own under the io_context. Asio
/// asks the kernel once more for every read (a recv that finds nothing, or arming the descriptor again); here
/// a socket is registered once, edge-triggered, and one system call brings many. On the worker's thread.
class Readiness {
 public:
  /// `begins`: called before the sockets of a batch are.
  Readiness(asio::io_context& context, std::function<void()> begins);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  void start() { wait(); }
  void stop();
  /// Until the descriptor is closed. False: the kernel has no room. `socket` must stay where it is as long as
  /// the descriptor is open and until the call of ready() under way has returned.
  bool add(int native_socket, ReadySocket& socket);

 private:
  void wait();
  void deliver();

  const std::function<void()> begins_;
  int epoll_ = -1;
  Descriptor watched_;  ///< owns epoll_
  std::array<epoll_event, 256> events_{};
};

}  // namespace firstcome::edge
