#include "access/rate_limiter.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "domain/check.h"

namespace firstcome::access {

static_assert(crypto_shorthash_KEYBYTES == 16);
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));

RateLimiter::RateLimiter(std::int64_t per_second, std::int64_t burst)
    : per_second_(per_second),
      burst_(burst),
      interval_ns_(1'000'000'000 / per_second),
      shards_(std::make_unique<std::array<Shard, kShards>>()) {
  CHECK(per_second >= 1 && per_second <= 1'000'000'000 && burst >= 1);
  CHECK(sodium_init() >= 0);
  randombytes_buf(key_.data(), key_.size());
}

std::uint64_t RateLimiter::hash(const BucketOwner& owner) const {
  static_assert(sizeof owner == 4 * sizeof(std::uint64_t));  // no byte between the members
  std::uint64_t value = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&value), reinterpret_cast<const unsigned char*>(&owner),
                   sizeof owner, key_.data());
  return value == 0 ? 1 : value;
}

RateLimiter::Outcome RateLimiter::take(const BucketOwner& owner, Instant now) {
  const std::uint64_t hashed = hash(owner);
  const std::int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
  Shard& shard = (*shards_)[hashed % kShards];
  const std::span set(&shard.buckets[hashed / kShards % kSetsPerShard * kWays], kWays);
  const std::lock_guard lock(shard.mutex);
  auto bucket = std::ranges::find(set, hashed, &Bucket::owner);
  if (bucket == set.end()) {
    bucket =
        std::ranges::min_element(set, {}, &Bucket::full_at);  // a free one is full since the start of time
    *bucket = {.owner = hashed, .full_at = now_ns};
  }
  const std::int64_t full_before = std::max(bucket->full_at, now_ns);
  const std::int64_t missing_ns =
      full_before - now_ns;  // how much of the bucket is used, as the time to fill it
  const std::int64_t all_ns = burst_ * interval_ns_;
  const auto round_up = [](std::int64_t ns) { return milliseconds((ns + 999'999) / 1'000'000); };
  if (missing_ns + interval_ns_ > all_ns) {
    return {.wait = round_up(missing_ns + interval_ns_ - all_ns)};
  }
  bucket->full_at = full_before + interval_ns_;
  const std::int64_t remaining = (all_ns - missing_ns - interval_ns_) / interval_ns_;
  return {.allowed = true,
          .remaining = remaining,
          .wait = remaining > 0 ? milliseconds{} : round_up(missing_ns + 2 * interval_ns_ - all_ns)};
}

}  // namespace firstcome::access
