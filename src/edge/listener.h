#pragma once

#include <atomic>
#include <functional>

#include "domain/time.h"
#include "edge/asio.h"
#include "edge/listening.h"

namespace firstcome::edge {

/// Accepts clients on one listening socket and hands them out. Runs on the thread of `context`.
class Listener {
 public:
  using Accepted = std::function<void(int native_socket)>;

  Listener(asio::io_context& context, const ListeningSocket& socket, Accepted accepted);
  ~Listener();
  void start() { wait(); }
  void close();

 private:
  void wait();
  void accept_some();
  /// Out of descriptors: the client stays in the backlog, and is there again at once when asked.
  void pause();

  Acceptor acceptor_;
  Timer timer_;
  const Accepted accepted_;
};

}  // namespace firstcome::edge
