#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/peer_address.h"

namespace firstcome::net {

/// What a load balancer sends before the first byte of its client: HAProxy's PROXY protocol, version 1 (a line of text) or 2
/// (binary).
struct ProxyHeader {
  enum class State : std::uint8_t {
    Incomplete,  ///< may be a header once more bytes arrive
    Invalid,
    Complete,
  };
  static constexpr std::size_t kMaxBytes =
      2048;  ///< of version 2, with its extensions; version 1 has 107 at most

  State state = State::Incomplete;
  std::size_t bytes = 0;              ///< if it is complete: of the whole header
  std::optional<PeerAddress> client;  ///< nothing: the balancer itself has connected, or names no IP address

  /// Reads it off the front of `bytes`.
  static ProxyHeader parse(std::string_view bytes);
};

}  // namespace firstcome::net
