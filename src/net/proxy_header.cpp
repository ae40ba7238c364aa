#include "net/proxy_header.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace firstcome::net {
namespace {

using HeaderState = ProxyHeader::State;

constexpr std::string_view kVersion1 = "PROXY ";
constexpr std::size_t kMaxVersion1 = 107;
constexpr std::string_view kVersion2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedVersion2 = 16;

constexpr ProxyHeader kInvalid{.state = HeaderState::Invalid};

/// Removes the word up to the next blank.
std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  return word;
}

ProxyHeader parse_version1(std::string_view bytes) {
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return bytes.size() < kMaxVersion1 ? ProxyHeader{} : kInvalid;
  if (end + 2 > kMaxVersion1) return kInvalid;
  ProxyHeader header{.state = HeaderState::Complete, .bytes = end + 2};
  std::string_view line = bytes.substr(kVersion1.size(), end - kVersion1.size());
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return header;
  header.client = PeerAddress::parse(take_word(line));
  if (!header.client || header.client->is_ipv4() != (family == "TCP4")) return kInvalid;
  const bool known = family == "TCP4" || family == "TCP6";
  return known && std::ranges::count(line, ' ') == 2 ? header : kInvalid;  // destination and two ports
}

ProxyHeader parse_version2(std::string_view bytes) {
  if (bytes.size() < kFixedVersion2) return {};
  const auto at = [&](std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); };
  const std::size_t length = at(14) * std::size_t{256} + at(15);
  ProxyHeader header{.state = HeaderState::Complete, .bytes = kFixedVersion2 + length};
  const int command = at(12) & 0xf;
  if ((at(12) >> 4) != 2 || command > 1 || header.bytes > ProxyHeader::kMaxBytes) return kInvalid;
  if (bytes.size() < header.bytes) return {};
  sockaddr_storage address{};
  const int family = at(13) >> 4;
  if (command == 0 || (family != 1 && family != 2)) return header;
  if (family == 1) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
    if (length < 12) return kInvalid;
    v4->sin_family = AF_INET;
    std::memcpy(&v4->sin_addr, bytes.data() + kFixedVersion2, sizeof v4->sin_addr);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
    if (length < 36) return kInvalid;
    v6->sin6_family = AF_INET6;
    std::memcpy(&v6->sin6_addr, bytes.data() + kFixedVersion2, sizeof v6->sin6_addr);
  }
  header.client = PeerAddress::of(address);
  return header;
}

bool may_begin(std::string_view bytes, std::string_view with) {
  return bytes.substr(0, with.size()) == with.substr(0, bytes.size());
}

}  // namespace

ProxyHeader ProxyHeader::parse(std::string_view bytes) {
  if (bytes.starts_with(kVersion1)) return parse_version1(bytes);
  if (bytes.starts_with(kVersion2)) return parse_version2(bytes);
  return may_begin(bytes, kVersion1) || may_begin(bytes, kVersion2) ? ProxyHeader{} : kInvalid;
}

}  // namespace firstcome::net
