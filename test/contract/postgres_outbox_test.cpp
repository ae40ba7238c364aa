#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postgres_databases.h"
#include "store_kit.h"

namespace firstcome::test {
namespace {

using store::CouponRange;
using store::SaveOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PolicyId kThree{3};
constexpr PolicyId kEight{8};

class PostgresOutboxTest : public testing::Test {
 protected:
  PostgresOutboxTest() {
    store_ = std::move(*store::open_postgres_store(database_.address()));
    CHECK(store_->create_if_missing({"a journal", {5, 6}}).ok());
    writer_ = std::move(*store_->make_writer());
    outbox_ = std::move(*store_->make_event_outbox());
  }
  void issue(PolicyId policy, std::size_t count) {
    users_ += 1'000;
    ASSERT_EQ(writer_->save(maker_.issue(policy, count, UserId{users_})).outcome, SaveOutcome::Saved);
  }

  const MigratedDatabase database_;
  std::unique_ptr<store::PostgresStore> store_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::EventOutbox> outbox_;
  BatchMaker maker_{0, 5};
  std::int64_t users_ = 0;
};

TEST_F(PostgresOutboxTest, SavedCouponsAreUnpublishedUntilTheyAreMarkedAsPublished) {
  EXPECT_THAT(*outbox_->unpublished(), IsEmpty());
  issue(kEight, 4);
  issue(kThree, 2);
  EXPECT_THAT(*outbox_->unpublished(), ElementsAre(CouponRange{kThree, 0, 2}, CouponRange{kEight, 0, 4}));
  const std::vector<CouponRange> some = {{kThree, 0, 2}, {kEight, 0, 3}};
  ASSERT_TRUE(outbox_->published(some).ok());
  EXPECT_THAT(*outbox_->unpublished(), ElementsAre(CouponRange{kEight, 3, 4}));
  issue(kThree, 1);
  EXPECT_THAT(*outbox_->unpublished(), ElementsAre(CouponRange{kThree, 2, 3}, CouponRange{kEight, 3, 4}));
}

TEST_F(PostgresOutboxTest, CouponsAreSortedByPolicyAndSequenceAndHaveTheirOffsets) {
  issue(kEight, 4);
  issue(kThree, 3);
  const std::vector<CouponRange> wanted = {{kThree, 1, 3}, {kEight, 0, 2}};
  const auto coupons = outbox_->coupons(wanted);
  ASSERT_TRUE(coupons.ok()) << coupons.error().text();
  std::vector<std::pair<PolicyId, std::int64_t>> read;
  for (const auto& row : *coupons) read.emplace_back(row.coupon.policy, row.coupon.sequence);
  EXPECT_THAT(read, ElementsAre(std::pair(kThree, 2), std::pair(kThree, 3), std::pair(kEight, 1),
                                std::pair(kEight, 2)));
  EXPECT_EQ(coupons->front().coupon.offset, 5) << "after four of the other policy and one of this policy";
  EXPECT_EQ(coupons->front().era, 1);
}

TEST_F(PostgresOutboxTest, ALateCallDoesNotMoveAPositionBack) {
  issue(kEight, 4);
  const std::vector<CouponRange> all = {{kEight, 0, 4}};
  const std::vector<CouponRange> late = {{kEight, 0, 2}};
  ASSERT_TRUE(outbox_->published(all).ok());
  ASSERT_TRUE(outbox_->published(late).ok());
  EXPECT_THAT(*outbox_->unpublished(), IsEmpty());
}

TEST_F(PostgresOutboxTest, APublisherDoesNotChangeAPositionThatAnOperatorHasSetBack) {
  issue(kThree, 4);
  issue(kEight, 4);
  const std::vector<CouponRange> before = {{kThree, 0, 2}, {kEight, 0, 2}};
  const std::vector<CouponRange> under_way = {{kThree, 2, 4}, {kEight, 2, 4}};
  ASSERT_TRUE(outbox_->published(before).ok());
  auto session = database_.session();
  must(session, "DELETE FROM firstcome.event_position WHERE policy_id = 3");
  must(session, "UPDATE firstcome.event_position SET published_sequence = 1 WHERE policy_id = 8");
  ASSERT_TRUE(outbox_->published(under_way).ok());
  EXPECT_THAT(*outbox_->unpublished(), ElementsAre(CouponRange{kThree, 0, 4}, CouponRange{kEight, 1, 4}));
}

TEST_F(PostgresOutboxTest, ADeletedCouponIsAnErrorAndNoLaterOneIsRead) {
  issue(kEight, 4);
  auto session = database_.session();
  must(session, "DELETE FROM firstcome.coupon WHERE sequence = 3");
  const std::vector<CouponRange> all = {{kEight, 0, 4}};
  const auto coupons = outbox_->coupons(all);
  ASSERT_FALSE(coupons.ok());
  EXPECT_THAT(coupons.error().text(), HasSubstr("coupon 3 of policy 8"));
}

}  // namespace
}  // namespace firstcome::test
