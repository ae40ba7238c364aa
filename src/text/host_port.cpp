#include "text/host_port.h"

#include <charconv>

namespace firstcome::text {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text, BareIpv6 bare) {
  HostPort parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
    if (parts.host.find(':') == std::string_view::npos) return std::nullopt;
  } else {
    parts.host = text.substr(0, bare == BareIpv6::Accepted ? text.rfind(':') : text.find(':'));
    rest = text.substr(parts.host.size());
    if (parts.host.empty()) return std::nullopt;
  }
  if (rest.empty() || rest == ":") return parts;
  if (rest.front() != ':') return std::nullopt;
  parts.port = parse_port(rest.substr(1));
  if (!parts.port) return std::nullopt;
  return parts;
}

}  // namespace firstcome::text
