#include "api/address_limits.h"

#include <cstring>

namespace firstcome::api {
namespace {

access::BucketOwner owner_of_connections(const net::PeerAddress& prefix) {
  access::BucketOwner owner{.kind = access::BucketOwner::Kind::Address};
  std::memcpy(&owner.principal, prefix.bytes().data(), sizeof owner.principal);
  std::memcpy(&owner.user, prefix.bytes().data() + sizeof owner.principal, sizeof owner.user);
  return owner;
}

}  // namespace

AddressLimits::AddressLimits(const AddressLimitSettings& settings, const net::TrustedProxies& proxies)
    : most_(settings.connections), proxies_(proxies) {
  if (settings.connection_rate > 0) {
    rate_ = std::make_unique<access::RateLimiter>(settings.connection_rate, settings.connection_rate);
  }
}

bool AddressLimits::admit(const net::PeerAddress& peer, std::size_t open, Instant now) {
  if (peer.is_loopback() || proxies_.trust(peer)) return true;
  if (most_ > 0 && open >= static_cast<std::size_t>(most_)) return false;
  return !rate_ || rate_->take(owner_of_connections(peer.prefix()), now).allowed;
}

}  // namespace firstcome::api
