#include "store/coupon_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr PolicyId kSeven{7};

/// Coupons 1 to `newest` of policy 7.
struct Source {
  std::int64_t newest = 0;
  std::int64_t reads = 0;

  Result<PolicyCoupons> page(std::int64_t after, std::size_t limit, const CouponFilter& filter) {
    return page_of(kSeven, after, limit, filter, newest,
                   [&](const CouponRange& range, const TakeCoupon& take) -> Status {
                     ++reads;
                     EXPECT_EQ(range.policy, kSeven);
                     EXPECT_LE(range.up_to, newest);
                     for (std::int64_t sequence = range.after + 1; sequence <= range.up_to; ++sequence) {
                       CouponWithLife coupon;
                       coupon.row.coupon.sequence = coupon.life.sequence = sequence;
                       take(std::move(coupon));
                     }
                     return Done{};
                   });
  }
};

std::vector<std::int64_t> sequences(const PolicyCoupons& page) {
  std::vector<std::int64_t> found;
  for (const CouponWithLife& coupon : page.coupons) found.push_back(coupon.life.sequence);
  return found;
}

TEST(PolicyCouponsPage, EndsAfterTheExaminedNumberOfCouponsAlsoWithoutAny) {
  Source source{.newest = 250'000};
  const CouponFilter last{
      .accepts = [](const CouponWithLife& coupon) { return coupon.life.sequence == 250'000; }};
  const auto first = *source.page(0, 10, last);
  EXPECT_THAT(first.coupons, IsEmpty());
  EXPECT_EQ(first.next, kExaminedCoupons);
  const auto second = *source.page(*first.next, 10, last);
  EXPECT_EQ(second.next, 2 * kExaminedCoupons);
  const auto third = *source.page(*second.next, 10, last);
  EXPECT_THAT(sequences(third), ElementsAre(250'000));
  EXPECT_EQ(third.next, std::nullopt);
}

TEST(PolicyCouponsPage, ReadsNoMoreThanItsLimitWithoutAFilter) {
  Source source{.newest = 250'000};
  const auto page = *source.page(249'990, 7, {});
  EXPECT_EQ(page.coupons.size(), 7U);
  EXPECT_EQ(page.next, 249'997);
  EXPECT_EQ(source.reads, 1);
  EXPECT_THAT(sequences(*source.page(*page.next, 7, {})), ElementsAre(249'998, 249'999, 250'000));
}

TEST(PolicyCouponsPage, StartsAtTheFirstCouponForAnySmallerSequence) {
  Source source{.newest = 3};
  EXPECT_THAT(sequences(*source.page(-5, 2, {})), ElementsAre(1, 2));
  EXPECT_THAT(sequences(*source.page(std::numeric_limits<std::int64_t>::max(), 2, {})), IsEmpty());
}

TEST(PolicyCouponsPage, FailsIfARangeCannotBeRead) {
  const auto page = page_of(kSeven, 0, 5, {}, 10, [](const CouponRange&, const TakeCoupon&) -> Status {
    return Error::retryable("gone");
  });
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().message, "gone");
}

}  // namespace
}  // namespace firstcome::store
