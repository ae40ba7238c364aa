#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "domain/check.h"

namespace firstcome::test {

/// A host on loopback that takes connections and says nothing, as one that hangs.
class SilentHost {
 public:
  SilentHost() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 64) == 0);
    CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentHost() { close(listener_); }
  SilentHost(const SilentHost&) = delete;
  SilentHost& operator=(const SilentHost&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// The address of a store on this host.
  [[nodiscard]] std::string alone() const {
    return "postgresql://owner@127.0.0.1:" + std::to_string(port_) + "/x";
  }
  /// The address of a store on this host and, named second, on another port.
  [[nodiscard]] std::string before(int port, const std::string& database) const {
    return "host=127.0.0.1,127.0.0.1 port=" + std::to_string(port_) + "," + std::to_string(port) +
           " user=owner dbname=" + database;
  }
  void wait_for_client() const {
    pollfd waiting{listener_, POLLIN, 0};
    CHECK(poll(&waiting, 1, 30'000) == 1);
  }
  /// How many have come since it was asked last.
  [[nodiscard]] int clients() const {
    int count = 0;
    for (int client = accept(listener_, nullptr, nullptr); client >= 0;
         client = accept(listener_, nullptr, nullptr)) {
      close(client);
      ++count;
    }
    return count;
  }

 private:
  const int listener_;
  int port_ = 0;
};

}  // namespace firstcome::test
