#include "net/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace firstcome::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kPrefixBytes = 8;

}  // namespace

PeerAddress PeerAddress::of(const sockaddr_storage& socket_address) {
  PeerAddress peer;
  if (socket_address.ss_family == AF_INET) {
    std::ranges::copy(kMapped, peer.bytes_.begin());
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&socket_address);
    std::memcpy(peer.bytes_.data() + kMapped.size(), &v4->sin_addr, sizeof v4->sin_addr);
  } else if (socket_address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&socket_address);
    std::memcpy(peer.bytes_.data(), &v6->sin6_addr, sizeof v6->sin6_addr);
  }
  return peer;
}

std::optional<PeerAddress> PeerAddress::parse(std::string_view text) {
  const std::string terminated(text);
  PeerAddress peer;
  if (::inet_pton(AF_INET, terminated.c_str(), peer.bytes_.data() + kMapped.size()) == 1) {
    std::ranges::copy(kMapped, peer.bytes_.begin());
    return peer;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), peer.bytes_.data()) == 1) return peer;
  return std::nullopt;
}

bool PeerAddress::is_ipv4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

bool PeerAddress::is_loopback() const {
  if (is_ipv4()) return bytes_[kMapped.size()] == 127;
  return bytes_.back() == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; });
}

PeerAddress PeerAddress::prefix() const {
  if (is_ipv4()) return *this;
  PeerAddress prefix;
  std::copy_n(bytes_.begin(), kPrefixBytes, prefix.bytes_.begin());
  return prefix;
}

std::uint64_t PeerAddress::prefix_bits() const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes_.data() + (is_ipv4() ? sizeof bits : 0), sizeof bits);
  return bits;
}

std::string PeerAddress::text() const {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_ipv4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? kMapped.size() : 0), text, sizeof text);
  return text;
}

}  // namespace firstcome::net
