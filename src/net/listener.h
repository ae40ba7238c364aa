#pragma once

#include <functional>

#include "net/event_loop.h"
#include "net/peer_address.h"

namespace firstcome::net {

/// Accepts clients on one listening socket and passes them on. On the thread of `loop`.
class Listener final : public ReadySocket {
 public:
  using Accepted = std::function<void(int native_socket, const PeerAddress& peer)>;

  /// Takes ownership of the socket, which must be non-blocking.
  Listener(EventLoop& loop, int native_socket, Accepted accepted);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start();
  void close();
  void ready(std::uint32_t events) override;

 private:
  EventLoop& loop_;
  int native_;
  const Accepted accepted_;
};

}  // namespace firstcome::net
