#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "access/rate_limiter.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "net/peer_address.h"

namespace firstcome::api {

struct Sender;

struct LimitSettings {
  std::int64_t press_rate = 0;    ///< issue requests a second of a principal for a policy; 0: no limit
  std::int64_t press_burst = 10;  ///< as many at once
  std::int64_t key_rate = 0;      ///< requests a second of a key; 0: no limit
};

/// How many requests a caller may send. Every worker of an edge charges the same buckets, after the caller is
/// authenticated, so no caller can use up the limit of another. Any thread.
class Limits {
 public:
  explicit Limits(const LimitSettings& settings);

  /// Charges an issue request. Nothing: it is allowed. Else the header lines of the refusal: Retry-After, RateLimit-Policy
  /// and RateLimit (draft-ietf-httpapi-ratelimit-headers).
  std::optional<std::string> press(const Sender& sender, const net::PeerAddress& peer, UserId user,
                                   PolicyId policy, Instant now);
  /// The same for any request with a key. Other callers are always allowed.
  std::optional<std::string> request(const Sender& sender, Instant now);

 private:
  std::unique_ptr<access::RateLimiter> presses_;  ///< null: no limit
  std::unique_ptr<access::RateLimiter> keys_;
};

}  // namespace firstcome::api
