#include "decide/coupon_lives.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace firstcome::decide {
namespace {

constexpr PolicyId kPolicy{7};

CouponLife random_life(std::int64_t sequence, std::mt19937& random) {
  CouponLife life{.policy = kPolicy, .sequence = sequence};
  life.state = static_cast<CouponState>(random() % 4 + 1);
  if (life.state == CouponState::Reserved) life.held_until = from_millis(static_cast<std::int64_t>(random()));
  life.gave_back_place = life.state == CouponState::Cancelled && random() % 2 == 0;
  for (auto count = random() % kReferencesMost + 1; count > 0; --count) {
    life.references.push_back({.text = std::string(random() % kReferenceLimit + 1, 'a'),
                               .accepted = static_cast<std::uint8_t>(random() % 31 + 1)});
  }
  return life;
}

TEST(CouponLives, AreReadAsTheyWereWrittenLast) {
  CouponLives lives;
  std::mt19937 random(1);
  std::map<std::int64_t, CouponLife> all;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t sequence = random() % 3'000 + 1;
    EXPECT_EQ(lives.touched(sequence), all.contains(sequence));
    const CouponLife life = random_life(sequence, random);
    lives.put(life);
    all[sequence] = life;
  }
  EXPECT_EQ(lives.size(), all.size());
  for (const auto& [sequence, life] : all) ASSERT_EQ(lives.find(kPolicy, sequence), life);
}

TEST(CouponLives, AnUntouchedCouponIsIssued) {
  CouponLives lives;
  lives.put({.policy = kPolicy, .sequence = 5, .state = CouponState::Used, .references = {{"a", 2}}});
  for (const std::int64_t sequence : {1, 4, 6, 100'000}) {
    EXPECT_FALSE(lives.touched(sequence));
    EXPECT_EQ(lives.find(kPolicy, sequence), (CouponLife{.policy = kPolicy, .sequence = sequence}));
  }
}

}  // namespace
}  // namespace firstcome::decide
