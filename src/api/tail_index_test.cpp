#include "api/tail_index.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace firstcome::api {
namespace {

class TailIndexTest : public testing::Test {
 protected:
  TailIndexTest() { log_.reset({}); }

  /// One chunk with a coupon for each of these users.
  void decide(const std::vector<std::int64_t>& users) {
    auto chunk = std::make_shared<replica::Chunk>();
    chunk->first = log_.end();
    for (const std::int64_t user : users) {
      const Offset offset = chunk->end();
      chunk->coupons.push_back(
          {.policy = PolicyId{1}, .sequence = offset, .user = UserId{user}, .offset = offset});
      chunk->codes.push_back(static_cast<std::uint8_t>(Code::Success));
      chunk->hashes.push_back(0);
    }
    log_.append(chunk);
  }
  void trim(Offset until) {
    log_.saw_saved(until, Instant{std::chrono::seconds{++now_}}, milliseconds{0});
    log_.saw_saved(until, Instant{std::chrono::seconds{++now_}}, milliseconds{0});
  }
  std::vector<Offset> offsets_of(std::int64_t user) {
    index_.follow(log_);
    std::vector<Offset> offsets;
    index_.each(UserId{user}, [&](const Coupon& coupon) { offsets.push_back(coupon.offset); });
    return offsets;
  }

  replica::DecidedLog log_{0, 8};
  TailIndex index_;
  int now_ = 0;
};

TEST_F(TailIndexTest, HasTheCouponsOfAUserNewestFirst) {
  decide({1, 2, 1});
  EXPECT_THAT(offsets_of(1), testing::ElementsAre(2, 0));
  decide({3, 1});
  EXPECT_THAT(offsets_of(1), testing::ElementsAre(4, 2, 0));
  EXPECT_THAT(offsets_of(4), testing::IsEmpty());
  EXPECT_TRUE(index_.reaches(0));
  trim(3);
  EXPECT_THAT(offsets_of(1), testing::ElementsAre(4));
  EXPECT_THAT(offsets_of(2), testing::IsEmpty());
  EXPECT_FALSE(index_.reaches(0));
  EXPECT_TRUE(index_.reaches(3));
}

TEST_F(TailIndexTest, StartsAgainWhenTheLogIsReloaded) {
  decide({1, 1});
  EXPECT_EQ(offsets_of(1).size(), 2U);
  store::Position position;
  position.next_offset = 7;
  log_.reset(position);
  EXPECT_THAT(offsets_of(1), testing::IsEmpty());
  decide({1});
  EXPECT_THAT(offsets_of(1), testing::ElementsAre(7));
}

TEST_F(TailIndexTest, DropsChunksBetweenQuestions) {
  decide({1, 2});
  EXPECT_EQ(offsets_of(1).size(), 1U);
  decide({1});
  trim(2);
  index_.trim(log_);
  EXPECT_EQ(index_.size(), 0U);
  EXPECT_THAT(offsets_of(1), testing::ElementsAre(2));
}

TEST_F(TailIndexTest, HasTheSameCouponsAsTheTail) {
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t most) { return static_cast<std::int64_t>(random() % most); };
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::int64_t> users(static_cast<std::size_t>(below(5)) + 1);
    std::ranges::generate(users, [&] { return below(20) + 1; });
    decide(users);
    if (below(3) == 0) trim(log_.begin() + below(static_cast<std::uint64_t>(log_.end() - log_.begin()) + 1));
    if (below(4) == 0) index_.trim(log_);
    if (below(2) == 0) continue;
    const std::int64_t user = below(20) + 1;
    std::vector<Offset> expected;
    const auto chunks = *log_.chunks_from(log_.begin());
    for (const auto& chunk : chunks) {
      for (const Coupon& coupon : chunk->coupons) {
        if (coupon.user == UserId{user}) expected.insert(expected.begin(), coupon.offset);
      }
    }
    ASSERT_EQ(offsets_of(user), expected);
  }
}

}  // namespace
}  // namespace firstcome::api
