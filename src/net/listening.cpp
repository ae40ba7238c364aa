#include "net/listening.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace firstcome::net {
namespace {

constexpr int kBacklog = 4096;

Error permanent(std::string message) { return {Error::Kind::Permanent, std::move(message)}; }

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> split(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) return std::nullopt;
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.port.find_first_not_of("0123456789") != std::string::npos || parts.port.size() > 5)
    return std::nullopt;
  if (std::stoi(parts.port) > 65535) return std::nullopt;
  if (parts.host.size() >= 2 && parts.host.front() == '[' && parts.host.back() == ']') {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string::npos) {
    return std::nullopt;  // a v6 address without brackets: where does the port begin?
  }
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

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
      return permanent(address +
                       " is in use by another program (or another firstcome): stop that one, or choose " +
                       "another address with " + option + ".");
    case EACCES:
      return permanent("Not allowed to listen on " + address + ": choose a port from 1024 on with " + option +
                       ".");
    case EADDRNOTAVAIL:
      return permanent(address + " is no address of this machine: choose another with " + option + ".");
    default:
      return permanent("Cannot listen on " + address + " (" + option + "): " + std::strerror(why) + ".");
  }
}

}  // namespace

bool is_listen_address(const std::string& address) { return split(address).has_value(); }

Result<ListeningSocket> listen_on(const std::string& address, const std::string& option) {
  const auto parts = split(address);
  if (!parts) {
    return permanent(option + " must be host:port, like 127.0.0.1:8080 or [::1]:8080; it is \"" + address +
                     "\".");
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  if (const int why = ::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &raw); why != 0) {
    return permanent("Cannot find the host of " + option + " " + address + ": " + ::gai_strerror(why) + ".");
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
