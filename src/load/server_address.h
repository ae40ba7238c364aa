#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"

namespace firstcome::load {

/// Where one server listens.
struct ServerAddress {
  std::string name;  ///< host:port, for the Host header and for people
  sockaddr_storage where{};
  socklen_t length = 0;

  /// An IPv4 address of this machine alone: 127.x.y.z. Then connections may come from any other 127.x.y.z.
  [[nodiscard]] bool is_loopback() const;
};

/// "http://127.0.0.1:8080,http://[::1]:8080" → both, found out; `http://` may be missing. The error says
/// which and why.
Result<std::vector<ServerAddress>> find_servers(std::string_view list);

/// A non-blocking TCP socket that has begun to connect, or why not (errno).
struct Connecting {
  int native = -1;
  int error = 0;
};
/// `number`: which of the connections of this process to that server it is: past 16,000 the ports of one
/// source address run low, so on loopback each such block comes from an address of its own.
Connecting begin_to_connect(const ServerAddress& server, std::size_t number);

}  // namespace firstcome::load
