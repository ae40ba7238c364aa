#include "access/rate_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace firstcome::access {
namespace {

const Instant kBegin = Instant{} + std::chrono::hours(1000);

BucketOwner user_bucket(std::uint64_t user, std::uint64_t policy = 1) {
  return {.kind = BucketOwner::Kind::User, .principal = user, .policy = policy};
}

int allowed_of(RateLimiter& limiter, const BucketOwner& owner, int calls, Instant now) {
  int allowed = 0;
  for (int i = 0; i < calls; ++i) allowed += limiter.take(owner, now).allowed ? 1 : 0;
  return allowed;
}

TEST(RateLimiter, AllowsTheBurstAndThenTheRate) {
  RateLimiter limiter(5, 10);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 100, kBegin), 10);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 100, kBegin + milliseconds(199)), 0);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 100, kBegin + milliseconds(200)), 1);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 100, kBegin + milliseconds(1200)), 5);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 100, kBegin + std::chrono::hours(1)), 10)
      << "not more than full";
  int allowed = 0;
  for (int ms = 0; ms < 10'000; ms += 7) {
    allowed += limiter.take(user_bucket(2), kBegin + milliseconds(ms)).allowed ? 1 : 0;
  }
  EXPECT_EQ(allowed, 10 + 49) << "10 s at 5 a second, the first ones at once";
}

TEST(RateLimiter, ReturnsWhatIsLeftAndHowLongToWait) {
  RateLimiter limiter(5, 3);
  const std::int64_t expected[] = {2, 1, 0};
  for (const std::int64_t remaining : expected) {
    const auto outcome = limiter.take(user_bucket(1), kBegin);
    EXPECT_TRUE(outcome.allowed);
    EXPECT_EQ(outcome.remaining, remaining);
    EXPECT_EQ(outcome.wait, milliseconds(remaining > 0 ? 0 : 200));
  }
  const auto refused = limiter.take(user_bucket(1), kBegin + milliseconds(50));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.wait, milliseconds(150));
  EXPECT_FALSE(
      limiter.take(user_bucket(1), kBegin + milliseconds(50) + refused.wait - milliseconds(1)).allowed);
  EXPECT_TRUE(limiter.take(user_bucket(1), kBegin + milliseconds(50) + refused.wait).allowed);
}

TEST(RateLimiter, ARefusalCostsNothing) {
  RateLimiter limiter(1, 1);
  EXPECT_TRUE(limiter.take(user_bucket(1), kBegin).allowed);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 1000, kBegin + milliseconds(999)), 0);
  EXPECT_TRUE(limiter.take(user_bucket(1), kBegin + milliseconds(1000)).allowed);
}

TEST(RateLimiter, NoOwnerBurnsTheBucketOfAnother) {
  RateLimiter limiter(5, 10);
  EXPECT_EQ(allowed_of(limiter, user_bucket(1), 1000, kBegin), 10);
  const BucketOwner others[] = {
      user_bucket(2),
      user_bucket(1, 2),
      {.kind = BucketOwner::Kind::Key, .principal = 1, .policy = 1},
      {.kind = BucketOwner::Kind::Key, .principal = 1, .user = 5, .policy = 1},
      {.kind = BucketOwner::Kind::Key, .principal = 1, .user = 6, .policy = 1},
      {.kind = BucketOwner::Kind::Address, .principal = 1, .policy = 1},
  };
  for (const BucketOwner& other : others) EXPECT_EQ(allowed_of(limiter, other, 11, kBegin), 10);
}

TEST(RateLimiter, WithMoreOwnersThanPlacesItIsNeverLessGenerous) {
  RateLimiter limiter(5, 10);
  static_assert(RateLimiter::bytes() <= (std::size_t{5} << 20));
  const std::uint64_t many = 4 * RateLimiter::kBuckets;
  for (std::uint64_t user = 1; user <= many; ++user)
    ASSERT_TRUE(limiter.take(user_bucket(user), kBegin).allowed);
  // One that has used its burst is the last of its set to be forgotten.
  RateLimiter other(5, 10);
  EXPECT_EQ(allowed_of(other, user_bucket(1), 10, kBegin), 10);
  for (std::uint64_t user = 2; user <= RateLimiter::kBuckets; ++user) other.take(user_bucket(user), kBegin);
  EXPECT_FALSE(other.take(user_bucket(1), kBegin).allowed);
}

TEST(RateLimiter, ThreadsShareItsBuckets) {
  RateLimiter limiter(1, 1000);
  std::atomic<int> allowed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { allowed += allowed_of(limiter, user_bucket(1), 1000, kBegin); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed, 1000);
}

}  // namespace
}  // namespace firstcome::access
