#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firstcome::text {

struct HostPort {
  std::string_view host;  ///< an IPv6 address is without its brackets
  std::optional<std::uint16_t> port;
};

enum class BareIpv6 : std::uint8_t { Refused, Accepted };

/// Splits `host`, `host:` or `host:port` (RFC 3986, section 3.2). Nothing if the host is empty or the port is not a
/// number up to 65535. An IPv6 address must be in brackets, because its last group reads like a port. With
/// BareIpv6::Accepted, the text behind the last colon is always the port.
std::optional<HostPort> parse_host_port(std::string_view text, BareIpv6 bare = BareIpv6::Refused);

}  // namespace firstcome::text
