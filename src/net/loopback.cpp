#include "net/loopback.h"

#include <arpa/inet.h>
#include <strings.h>

#include <string>

namespace firstcome::net {

bool is_loopback(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  const bool has_port = colon != std::string_view::npos && !address.ends_with(']');
  const std::string host(has_port ? address.substr(0, colon) : address);
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return ::strcasecmp(host.c_str(), "localhost") == 0 || host == "[::1]";
}

}  // namespace firstcome::net
