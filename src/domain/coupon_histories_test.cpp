#include "domain/coupon_histories.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace firstcome {
namespace {

constexpr History kFirst{1, 11}, kRestored{1, 12}, kNewEra{2, 12};

History expected(std::int64_t sequence) { return sequence < 5 ? kFirst : sequence < 9 ? kRestored : kNewEra; }

TEST(CouponHistories, EachCouponHasTheHistoryOfItsPlace) {
  std::vector<std::int64_t> sequences{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    CouponHistories histories;
    for (const auto sequence : sequences) histories.add(sequence, expected(sequence));
    for (const auto sequence : sequences) EXPECT_EQ(histories.at(sequence), expected(sequence)) << sequence;
    std::ranges::shuffle(sequences, random);  // rows are loaded in any order
  }
}

TEST(CouponHistories, KnowsIfACouponWouldChangeThem) {
  CouponHistories histories;
  EXPECT_FALSE(histories.has(3, kFirst));
  histories.add(3, kFirst);
  EXPECT_TRUE(histories.has(3, kFirst));
  EXPECT_TRUE(histories.has(4, kFirst));
  EXPECT_FALSE(histories.has(2, kFirst));
  EXPECT_FALSE(histories.has(4, kRestored));
}

}  // namespace
}  // namespace firstcome
