#include "replica/coupon_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace firstcome::replica {
namespace {

constexpr PolicyId kPolicy{7};
constexpr std::size_t kOneSet = 128;

CachedCoupon coupon_of(std::int64_t user, PolicyId policy = kPolicy) {
  return {.policy = policy,
          .user = UserId{user},
          .sequence = user * 10,
          .issued_at = from_millis(user * 100),
          .as_of = user + 1,
          .load = 3};
}

TEST(ACouponCache, FindsACouponByPolicyAndUser) {
  CouponCache cache(CouponCache::kDefaultBytes);
  cache.put(coupon_of(42));
  cache.put(coupon_of(43, PolicyId{8}));
  const auto found = cache.find(kPolicy, UserId{42});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->policy, kPolicy);
  EXPECT_EQ(found->user, UserId{42});
  EXPECT_EQ(found->sequence, 420);
  EXPECT_EQ(found->issued_at, from_millis(4200));
  EXPECT_EQ(found->as_of, 43);
  EXPECT_EQ(found->load, 3U);
  EXPECT_FALSE(cache.find(kPolicy, UserId{43}));
  EXPECT_FALSE(cache.find(PolicyId{8}, UserId{42}));
}

TEST(ACouponCache, KeepsTheLargestNumbers) {
  CouponCache cache(kOneSet);
  const CachedCoupon largest{.policy = PolicyId{INT64_MAX},
                             .user = UserId{INT64_MAX},
                             .sequence = 1'000'000'000,
                             .issued_at = from_millis(4'102'444'800'000),
                             .as_of = INT64_MAX,
                             .load = UINT32_MAX};
  cache.put(largest);
  const auto found = cache.find(largest.policy, largest.user);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sequence, largest.sequence);
  EXPECT_EQ(found->issued_at, largest.issued_at);
  EXPECT_EQ(found->as_of, largest.as_of);
  EXPECT_EQ(found->load, largest.load);
}

TEST(ACouponCache, ReplacesWhatItHasOfTheSameUser) {
  CouponCache cache(kOneSet);
  for (std::int64_t as_of = 1; as_of <= 10; ++as_of) {
    CachedCoupon coupon = coupon_of(42);
    coupon.as_of = as_of;
    cache.put(coupon);
  }
  cache.put(coupon_of(43));
  cache.put(coupon_of(44));
  ASSERT_TRUE(cache.find(kPolicy, UserId{42})) << "ten of one user take one place";
  EXPECT_EQ(cache.find(kPolicy, UserId{42})->as_of, 10);
}

TEST(ACouponCache, AFullSetLosesOneCouponForEachNewOne) {
  CouponCache cache(kOneSet);
  ASSERT_EQ(cache.capacity(), 3U);
  constexpr std::int64_t kUsers = 100;
  for (std::int64_t user = 1; user <= kUsers; ++user) {
    cache.put(coupon_of(user));
    EXPECT_TRUE(cache.find(kPolicy, UserId{user})) << "the newest one is there";
  }
  int kept = 0;
  for (std::int64_t user = 1; user <= kUsers; ++user) kept += cache.find(kPolicy, UserId{user}) ? 1 : 0;
  EXPECT_EQ(kept, 3);
}

TEST(ACouponCache, OfMostlyFreePlacesKeepsEverything) {
  CouponCache cache(CouponCache::kDefaultBytes);
  std::vector<CachedCoupon> coupons;
  const auto users = static_cast<std::int64_t>(cache.capacity() / 4);
  for (std::int64_t user = 1; user <= users; ++user) coupons.push_back(coupon_of(user));
  cache.put(coupons);
  std::int64_t kept = 0;
  for (std::int64_t user = 1; user <= users; ++user) kept += cache.find(kPolicy, UserId{user}) ? 1 : 0;
  EXPECT_GT(kept, users * 98 / 100);
}

TEST(ACouponCache, WithoutMemoryKeepsNothing) {
  CouponCache cache(0);
  EXPECT_FALSE(cache.enabled());
  cache.put(coupon_of(42));
  cache.put(std::vector{coupon_of(43)});
  EXPECT_FALSE(cache.find(kPolicy, UserId{42}));
}

/// All numbers of a coupon are derived from its user, so a coupon made of two writes would show.
TEST(ACouponCache, NeverMixesTwoCoupons) {
  CouponCache cache(kOneSet);
  constexpr std::int64_t kUsers = 6;
  constexpr int kWrites = 200'000;
  std::atomic<bool> writing{true};
  std::atomic<int> mixed{0};
  std::thread reader([&] {
    while (writing) {
      for (std::int64_t user = 1; user <= kUsers; ++user) {
        const auto coupon = cache.find(kPolicy, UserId{user});
        if (!coupon) continue;
        const std::int64_t round = coupon->as_of / kUsers;
        if (coupon->sequence != round % 1000 * 10 + user || to_millis(coupon->issued_at) != round ||
            coupon->ordinal != round % 1000 + 1) {
          ++mixed;
        }
      }
    }
  });
  const auto write = [&](std::int64_t first) {
    for (int i = 0; i < kWrites; ++i) {
      const std::int64_t user = first + i % (kUsers / 2) * 2;
      cache.put({.policy = kPolicy,
                 .user = UserId{user},
                 .sequence = i % 1000 * 10 + user,
                 .ordinal = i % 1000 + 1,
                 .issued_at = from_millis(i),
                 .as_of = i * kUsers});
    }
  };
  std::thread odd(write, 1);
  std::thread even(write, 2);
  odd.join();
  even.join();
  writing = false;
  reader.join();
  EXPECT_EQ(mixed, 0);
}

}  // namespace
}  // namespace firstcome::replica
