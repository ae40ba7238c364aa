#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "domain/time.h"

namespace firstcome::access {

/// What a bucket is for. Limits of different things have different limiters.
struct BucketOwner {
  enum class Kind : std::uint64_t { User, Key, Address };
  Kind kind{};
  std::uint64_t principal = 0;  ///< the user, Caller::principal of a key, or the bytes of an address
  std::uint64_t user = 0;       ///< that a key or an address acts for
  std::uint64_t policy = 0;
};

/// Token buckets that all threads share. A bucket has `burst` tokens and gets `per_second` new ones each second; each call takes
/// one. It is kept as one number, the time at which it will be full (GCRA, as in ITU-T I.371).
///
/// Memory is fixed: kBuckets of 16 bytes. If there are more owners than places, the bucket that is closest to full is
/// forgotten: its owner has the whole burst again, so the limit becomes more generous and never less.
class RateLimiter {
 public:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kSetsPerShard = 512;
  static constexpr std::size_t kBuckets = kShards * kSetsPerShard * kWays;

  /// Both at least 1.
  RateLimiter(std::int64_t per_second, std::int64_t burst);

  struct Outcome {
    bool allowed = false;
    std::int64_t remaining = 0;  ///< calls that are allowed now
    milliseconds wait{};         ///< until a call is allowed again; 0 while there are remaining ones
  };
  /// Any thread. Costs about 0.1 µs.
  Outcome take(const BucketOwner& owner, Instant now);

  [[nodiscard]] std::int64_t per_second() const { return per_second_; }
  [[nodiscard]] std::int64_t burst() const { return burst_; }
  static constexpr std::size_t bytes() { return sizeof(RateLimiter) + kShards * sizeof(Shard); }

 private:
  struct Bucket {
    std::uint64_t owner = 0;   ///< a keyed hash; 0: free
    std::int64_t full_at = 0;  ///< nanoseconds of the steady clock
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::array<Bucket, kSetsPerShard * kWays> buckets{};  ///< under mutex
  };
  [[nodiscard]] std::uint64_t hash(const BucketOwner& owner) const;

  const std::int64_t per_second_;
  const std::int64_t burst_;
  const std::int64_t interval_ns_;  ///< between two tokens
  std::array<unsigned char, 16> key_{};
  std::unique_ptr<std::array<Shard, kShards>> shards_;
};

}  // namespace firstcome::access
