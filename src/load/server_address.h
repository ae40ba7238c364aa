#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "net/tls_context.h"

namespace firstcome::load {

/// The address of one server.
struct ServerAddress {
  std::string name;  ///< host:port, for the Host header and for messages
  std::string host;
  std::shared_ptr<const net::TlsContext> tls;  ///< null: plain HTTP
  sockaddr_storage where{};
  socklen_t length = 0;

  /// http://host:port or https://host:port
  [[nodiscard]] std::string url() const { return (tls ? "https://" : "http://") + name; }
  /// True for 127.x.y.z. Then connections may use any other 127.x.y.z as their source address.
  [[nodiscard]] bool is_loopback() const;
};

/// Resolves a list such as "http://127.0.0.1:8080,https://[::1]:8080"; `http://` is optional. The error names the
/// server and the reason. `files`: for https://.
Result<std::vector<ServerAddress>> find_servers(std::string_view list,
                                                const net::TlsContext::ClientFiles& files = {});

/// A non-blocking TCP socket that has begun to connect, or errno.
struct Connecting {
  int native = -1;
  int error = 0;
};
/// `number`: of this connection among the process's connections to that server. After about 16,000 connections a
/// source address has few free ports, so on loopback each block of 16,000 uses another source address.
Connecting begin_to_connect(const ServerAddress& server, std::size_t number);

}  // namespace firstcome::load
