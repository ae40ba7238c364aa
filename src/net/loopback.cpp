#include "net/loopback.h"

#include <arpa/inet.h>
#include <strings.h>

#include <string>

#include "text/host_port.h"

namespace firstcome::net {

bool is_loopback(std::string_view address) {
  const auto parts = text::parse_host_port(address);
  if (!parts) return false;
  const std::string host(parts->host);
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return ::strcasecmp(host.c_str(), "localhost") == 0 || host == "::1";
}

}  // namespace firstcome::net
