#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/peer_address.h"

namespace firstcome::net {

/// A range of addresses: 10.0.0.0/8, 2001:db8::/32, or one address.
class Network {
 public:
  /// Nothing for another text, or if bits are set behind the prefix.
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const PeerAddress& address) const;

 private:
  PeerAddress first_;
  int bits_ = 128;  ///< of the IPv6 form
};

/// The proxies in front of this server that say truthfully whom they act for.
class TrustedProxies {
 public:
  TrustedProxies() = default;  ///< none
  explicit TrustedProxies(std::vector<Network> networks) : networks_(std::move(networks)) {}

  [[nodiscard]] bool trust(const PeerAddress& peer) const;
  /// The address of the client: the rightmost hop that is not trusted (DESIGN §12.18), by the field `Forwarded` (RFC 7239) or
  /// `X-Forwarded-For`. The peer, if it is not trusted itself: then the fields say what the client likes. A hop that is no
  /// address ends the search at the one that has named it. If both fields are there and disagree, the client has sent one of
  /// them, and the peer is returned.
  [[nodiscard]] PeerAddress client_of(const PeerAddress& peer, const std::optional<std::string>& forwarded,
                                      const std::optional<std::string>& x_forwarded_for) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace firstcome::net
