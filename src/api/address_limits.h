#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "access/rate_limiter.h"
#include "domain/time.h"
#include "net/peer_address.h"
#include "net/trusted_proxies.h"

namespace firstcome::api {

struct AddressLimitSettings {
  std::int64_t connections = 0;      ///< open at once; 0: no limit
  std::int64_t connection_rate = 0;  ///< new ones a second, and as many at once; 0: no limit
};

/// The limits of connections of each address (of IPv6 each /64). Loopback and trusted proxies have none: many customers
/// come from them.
class AddressLimits {
 public:
  /// `proxies` outlives it.
  AddressLimits(const AddressLimitSettings& settings, const net::TrustedProxies& proxies);

  /// A new connection from `peer`, whose client has `open` ones already.
  [[nodiscard]] bool admit(const net::PeerAddress& peer, std::size_t open, Instant now);

 private:
  const std::int64_t most_;
  const net::TrustedProxies& proxies_;
  std::unique_ptr<access::RateLimiter> rate_;  ///< null: no limit
};

}  // namespace firstcome::api
