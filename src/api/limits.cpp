#include "api/limits.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/exchange.h"

namespace firstcome::api {
namespace {

using access::BucketOwner;
using access::Caller;

/// The principal of DESIGN §12.18: the user of a token; a key with the user that it asks for; an anonymous address with the
/// user.
BucketOwner owner_of(const Sender& sender, const net::PeerAddress& peer, UserId user, PolicyId policy) {
  const auto user_bits = static_cast<std::uint64_t>(user.value);
  const auto policy_bits = static_cast<std::uint64_t>(policy.value);
  switch (sender.kind) {
    case Caller::Kind::User:
      return {.kind = BucketOwner::Kind::User, .principal = sender.principal, .policy = policy_bits};
    case Caller::Kind::Key:
      return {.kind = BucketOwner::Kind::Key,
              .principal = sender.principal,
              .user = user_bits,
              .policy = policy_bits};
    case Caller::Kind::Anonymous: break;
  }
  return {.kind = BucketOwner::Kind::Address,
          .principal = peer.prefix_bits(),
          .user = user_bits,
          .policy = policy_bits};
}

/// `name` is what the fields call the limit.
std::optional<std::string> charge(access::RateLimiter* limiter, std::string_view name,
                                  const BucketOwner& owner, Instant now) {
  if (limiter == nullptr) return std::nullopt;
  const auto outcome = limiter->take(owner, now);
  if (outcome.allowed) return std::nullopt;
  const std::int64_t wait = std::max<std::int64_t>(1, (outcome.wait.count() + 999) / 1000);
  const std::int64_t window = (limiter->burst() + limiter->per_second() - 1) / limiter->per_second();
  return fmt::format(
      "Retry-After: {}\r\nRateLimit-Policy: \"{}\";q={};w={}\r\nRateLimit: \"{}\";r=0;t={}\r\n", wait, name,
      limiter->burst(), window, name, wait);
}

std::unique_ptr<access::RateLimiter> limiter_of(std::int64_t rate, std::int64_t burst) {
  return rate > 0 ? std::make_unique<access::RateLimiter>(rate, burst) : nullptr;
}

}  // namespace

Limits::Limits(const LimitSettings& settings)
    : presses_(limiter_of(settings.press_rate, settings.press_burst)),
      keys_(limiter_of(settings.key_rate, settings.key_rate)) {}

std::optional<std::string> Limits::press(const Sender& sender, const net::PeerAddress& peer, UserId user,
                                         PolicyId policy, Instant now) {
  return charge(presses_.get(), "press", owner_of(sender, peer, user, policy), now);
}

std::optional<std::string> Limits::request(const Sender& sender, Instant now) {
  if (sender.kind != Caller::Kind::Key) return std::nullopt;
  return charge(keys_.get(), "key", {.kind = BucketOwner::Kind::Key, .principal = sender.principal}, now);
}

}  // namespace firstcome::api
