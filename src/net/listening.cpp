#include "net/listening.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "text/host_port.h"

namespace firstcome::net {
namespace {

constexpr int kBacklog = 4096;

std::string bound_address(int native) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(native, address, &length) != 0) return {};
  if (::getnameinfo(address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) !=
      0) {
    return {};
  }
  const bool v6 = storage.ss_family == AF_INET6;
  return (v6 ? "[" : "") + std::string{host} + (v6 ? "]:" : ":") + port;
}

Error cannot_bind(const std::string& address, const std::string& option, int why) {
  switch (why) {
    case EADDRINUSE:
      return Error::permanent("Cannot listen on {}: another process uses this address.", address)
          .with_hint(fmt::format("Stop that process, or choose another address with {}.", option));
    case EACCES:
      return Error::permanent("Cannot listen on {}: permission denied.", address)
          .with_hint(fmt::format("Choose a port from 1024 to 65535 with {}.", option));
    case EADDRNOTAVAIL:
      return Error::permanent("Cannot listen on {}: this machine does not have this address.", address)
          .with_hint(fmt::format("Choose another address with {}.", option));
    default: return Error::permanent("Cannot listen on {} ({}): {}.", address, option, std::strerror(why));
  }
}

}  // namespace

bool is_listen_address(const std::string& address) {
  const auto parts = text::parse_host_port(address);
  return parts && parts->port;
}

Result<ListeningSocket> listen_on(const std::string& address, const std::string& option) {
  const auto parts = text::parse_host_port(address);
  if (!parts || !parts->port) {
    return Error::permanent("{} must be host:port, like 127.0.0.1:8080 or [::1]:8080; it is \"{}\".", option,
                            address);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  if (const int why =
          ::getaddrinfo(std::string(parts->host).c_str(), std::to_string(*parts->port).c_str(), &hints, &raw);
      why != 0) {
    return Error::permanent("Cannot resolve the host of {} {}: {}.", option, address, ::gai_strerror(why));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, ::freeaddrinfo);
  const int native =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol);
  if (native < 0) return cannot_bind(address, option, errno);
  const int yes = 1;
  ::setsockopt(native, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(native, found->ai_addr, found->ai_addrlen) != 0 || ::listen(native, kBacklog) != 0) {
    const int why = errno;
    ::close(native);
    return cannot_bind(address, option, why);
  }
  return ListeningSocket{native, bound_address(native)};
}

}  // namespace firstcome::net
