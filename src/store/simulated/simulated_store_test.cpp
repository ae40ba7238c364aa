#include "store/simulated/simulated_store.h"

#include <gtest/gtest.h>

namespace firstcome::store {
namespace {

class ASimulatedStore : public testing::Test {
 protected:
  static Settings one_partition() {
    Settings settings;
    settings.partitions = 1;
    return settings;
  }
  /// A batch of one offset that issues coupon `offset + 1` to user `offset + 1`.
  static Batch batch_at(Offset offset) {
    Batch batch;
    batch.first_offset = offset;
    batch.after.next_offset = offset + 1;
    batch.codes = {static_cast<std::uint8_t>(Code::Success)};
    Coupon coupon;
    coupon.policy = PolicyId{7};
    coupon.sequence = offset + 1;
    coupon.user = UserId{offset + 1};
    coupon.offset = offset;
    batch.coupons.push_back(coupon);
    return batch;
  }
  SaveOutcome save(const Batch& batch) { return writer->save(batch).outcome; }
  [[nodiscard]] Offset next_offset() const { return store.tables().positions.at(0).next_offset; }

  std::mt19937_64 chance{1};
  SimulatedStore store{one_partition(), {}, chance};
  std::unique_ptr<Writer> writer = std::move(*store.make_writer());
};

TEST_F(ASimulatedStore, LosesItsLastCommitsCompletelyAndNoEarlierOnes) {
  for (Offset offset = 0; offset < 5; ++offset) ASSERT_EQ(save(batch_at(offset)), SaveOutcome::Saved);
  store.lose_last(2);
  EXPECT_EQ(next_offset(), 3);
  EXPECT_EQ(store.tables().coupons.size(), 3U);
  EXPECT_EQ(store.tables().batches.rbegin()->second.end(), 3);
  EXPECT_EQ(save(batch_at(3)), SaveOutcome::Saved) << "a lost batch can be saved again";
}

TEST_F(ASimulatedStore, ReturnsThePositionIfACompareAndSetMisses) {
  ASSERT_EQ(save(batch_at(0)), SaveOutcome::Saved);
  const SaveResult missed = writer->save(batch_at(0));
  EXPECT_EQ(missed.outcome, SaveOutcome::Moved);
  ASSERT_TRUE(missed.position);
  EXPECT_EQ(missed.position->next_offset, 1);
}

TEST_F(ASimulatedStore, ASecondCouponOfAUserRejectsTheWholeBatch) {
  ASSERT_EQ(save(batch_at(0)), SaveOutcome::Saved);
  Batch batch = batch_at(1);
  batch.coupons.front().user = UserId{1};
  EXPECT_EQ(save(batch), SaveOutcome::Conflict);
  EXPECT_EQ(next_offset(), 1);
  EXPECT_EQ(store.tables().coupons.size(), 1U);
}

TEST_F(ASimulatedStore, SavesNothingWhileHalted) {
  ASSERT_TRUE(writer->halt(0, "first reason").ok());
  ASSERT_TRUE(writer->halt(0, "second reason").ok());
  const SaveResult missed = writer->save(batch_at(0));
  EXPECT_EQ(missed.outcome, SaveOutcome::Moved);
  EXPECT_EQ(missed.position->halted_reason, "first reason");
  ASSERT_TRUE(writer->unhalt(0).ok());
  EXPECT_EQ(save(batch_at(0)), SaveOutcome::Saved);
}

TEST_F(ASimulatedStore, LosesResponsesOfCommittedAndOfRolledBackSaves) {
  store.faults().reply_lost = 1'000;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(save(batch_at(next_offset())), SaveOutcome::Unknown);
    if (i % 5 == 0) store.commit_in_flight();
  }
  EXPECT_GT(store.seen().lost_committed, 0);
  EXPECT_GT(store.seen().lost_rolled_back, 0);
  EXPECT_GT(store.seen().committed_late, 0);
  EXPECT_EQ(static_cast<std::size_t>(next_offset()), store.tables().coupons.size())
      << "rows and position change together";
}

}  // namespace
}  // namespace firstcome::store
