#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"

namespace firstcome::net {

/// The IP address of a client, without its port. An IPv4 address is stored as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2), so it
/// equals the same client on a listener for both. The default is `::`: not known.
class PeerAddress {
 public:
  PeerAddress() = default;

  /// Of accept4(2). Not known for another family than IPv4 and IPv6.
  static PeerAddress of(const sockaddr_storage& socket_address);
  /// `192.0.2.1` or `2001:db8::1`, without brackets and port. Nothing for another text.
  static std::optional<PeerAddress> parse(std::string_view text);

  [[nodiscard]] bool is_ipv4() const;
  /// 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const;
  /// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, because one client has all of it.
  [[nodiscard]] PeerAddress prefix() const;
  /// The prefix as a number: of IPv6 its 64 bits, of IPv4 the lower half of the mapped address.
  [[nodiscard]] std::uint64_t prefix_bits() const;
  [[nodiscard]] std::string text() const;
  /// In the order of the network.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend auto operator<=>(const PeerAddress&, const PeerAddress&) = default;
  /// For boost::unordered containers. Keyed like IdHash, because clients choose their IPv6 addresses.
  friend std::size_t hash_value(const PeerAddress& address) {
    std::int64_t high = 0;
    std::int64_t low = 0;
    std::memcpy(&high, address.bytes_.data(), sizeof high);
    std::memcpy(&low, address.bytes_.data() + sizeof high, sizeof low);
    const std::size_t mixed = IdHash{}(PolicyId{high});
    return IdHash{}(PolicyId{static_cast<std::int64_t>(mixed) ^ low});
  }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace firstcome::net
