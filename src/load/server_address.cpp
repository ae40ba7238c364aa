#include "load/server_address.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "text/host_port.h"
#include "text/secrets.h"

namespace firstcome::load {
namespace {

constexpr std::size_t kConnectionsPerSource = 16'000;
constexpr std::uint32_t kFirstSource = 0x7f000001;  // 127.0.0.1
constexpr std::uint32_t kSources = 250;

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

/// http://host:port[/] → host:port
std::string_view host_and_port(std::string_view server) {
  for (const std::string_view scheme : {kHttp, kHttps}) {
    if (server.starts_with(scheme)) server.remove_prefix(scheme.size());
  }
  while (server.ends_with('/')) server.remove_suffix(1);
  return server;
}

Result<ServerAddress> find_server(std::string_view typed) {
  const std::string_view server = host_and_port(typed);
  const auto parts = text::parse_host_port(server);
  if (!parts || !parts->port || server.find('/') != std::string_view::npos) {
    return Error::permanent("--server: '{}' is not an address such as http://127.0.0.1:8080",
                            text::without_secrets(std::string(typed)));
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const std::string host(parts->host);
  const std::string port = std::to_string(*parts->port);
  if (const int why = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw); why != 0) {
    return Error::permanent("--server: '{}' cannot be resolved: {}", typed, ::gai_strerror(why));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, ::freeaddrinfo);
  ServerAddress address{.name = std::string(server), .host = host};
  std::memcpy(&address.where, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  return address;
}

/// The kernel chooses the port only at the connect, so that connections to different servers may share a port.
bool bind_source(int native, std::uint32_t source) {
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(source);
  const int yes = 1;
  return ::setsockopt(native, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes) == 0 &&
         ::bind(native, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0;
}

}  // namespace

bool ServerAddress::is_loopback() const {
  if (where.ss_family != AF_INET) return false;
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&where);
  return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
}

Result<std::vector<ServerAddress>> find_servers(std::string_view list,
                                                const net::TlsContext::ClientFiles& files) {
  std::vector<ServerAddress> servers;
  std::shared_ptr<const net::TlsContext> tls;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(',', from), list.size());
    const std::string_view typed = list.substr(from, end - from);
    ASSIGN_OR_RETURN(auto server, find_server(typed));
    if (typed.starts_with(kHttps)) {
      if (!tls) {
        ASSIGN_OR_RETURN(auto context, net::TlsContext::for_client(files));
        tls = std::make_shared<const net::TlsContext>(std::move(context));
      }
      server.tls = tls;
    }
    servers.push_back(std::move(server));
    from = end + 1;
  }
  return servers;
}

Connecting begin_to_connect(const ServerAddress& server, std::size_t number) {
  const int native = ::socket(server.where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (native < 0) return {-1, errno};
  const int yes = 1;
  ::setsockopt(native, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto block = static_cast<std::uint32_t>(number / kConnectionsPerSource);
  const bool bound =
      block == 0 || !server.is_loopback() || bind_source(native, kFirstSource + block % kSources);
  if (bound && (::connect(native, reinterpret_cast<const sockaddr*>(&server.where), server.length) == 0 ||
                errno == EINPROGRESS)) {
    return {native, 0};
  }
  const int why = errno;
  ::close(native);
  return {-1, why};
}

}  // namespace firstcome::load
