#include "store_contract.h"

#include <gmock/gmock.h>

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr PolicyId kSeven{7};

std::vector<std::int64_t> policies_of(const store::UserCoupons& page) {
  std::vector<std::int64_t> ids;
  for (const auto& row : page.coupons) ids.push_back(row.coupon.policy.value);
  return ids;
}

std::vector<std::int64_t> revisions_of(const Result<std::vector<store::PolicyChangeRow>>& rows) {
  std::vector<std::int64_t> revisions;
  for (const auto& row : *rows) revisions.push_back(row.revision);
  return revisions;
}

TEST_P(StoreContract, ASnapshotHasOnlyTheWantedPoliciesAndTheirCoupons) {
  class Wanted : public store::SnapshotSink {
   public:
    bool wants(PolicyId policy) override { return policy == kSeven; }
    void position(const store::Position&) override { ++positions; }
    void policy(const Policy& policy) override { EXPECT_EQ(policy.id, kSeven); }
    void coupon(const Coupon& coupon) override {
      EXPECT_EQ(coupon.policy, kSeven);
      ++coupons;
    }
    int positions = 0, coupons = 0;
  };
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{6}, 3, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 4, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{8}, 5, UserId{1})).outcome, SaveOutcome::Saved);
  Wanted wanted;
  ASSERT_TRUE(reader_->load_snapshot(wanted).ok());
  EXPECT_EQ(wanted.positions, kStorePartitions);
  EXPECT_EQ(wanted.coupons, 4);
}

TEST_P(StoreContract, ClosedPoliciesAreLoadedWithoutTheirCoupons) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 3, UserId{1})).outcome, SaveOutcome::Saved);
  store::Batch close = maker.issue(PolicyId{8}, 2, UserId{1});
  close.policies.push_back(a_policy(kSeven, 3));
  close.policies.back().state = PolicyState::Closed;
  ASSERT_EQ(writer_->save(close).outcome, SaveOutcome::Saved);
  const Snapshot loaded = load();
  EXPECT_EQ(loaded.policies.size(), 2u);
  EXPECT_EQ(loaded.coupons, close.coupons);
  EXPECT_TRUE(reader_->find_coupon(kSeven, UserId{1})->has_value());
}

TEST_P(StoreContract, PoliciesAreReadInPagesById) {
  store::Batch batch = BatchMaker(2, kEmptyHash).issue(kSeven, 3, UserId{1});
  for (const std::int64_t id : {30, 10, 20}) batch.policies.push_back(a_policy(PolicyId{id}));
  batch.policies.back().state = PolicyState::Closed;
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto page = [&](std::int64_t after, std::size_t limit) {
    std::vector<std::int64_t> ids;
    const auto policies = *reader_->policies(PolicyId{after}, limit);
    for (const Policy& policy : policies) ids.push_back(policy.id.value);
    return ids;
  };
  EXPECT_THAT(page(0, 10), ElementsAre(7, 10, 20, 30));
  EXPECT_THAT(page(7, 2), ElementsAre(10, 20));
  EXPECT_THAT(page(30, 2), IsEmpty());
  const auto closed = reader_->policies(PolicyId{19}, 1);
  ASSERT_EQ(closed->size(), 1U);
  EXPECT_EQ(closed->front(), batch.policies.back());
}

TEST_P(StoreContract, ACouponIsFoundByPolicyAndUserWithItsOffset) {
  BatchMaker maker(2, kEmptyHash);
  const store::Batch batch = maker.issue(kSeven, 3, UserId{100});
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto found = reader_->find_coupon(kSeven, UserId{101});
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->coupon, batch.coupons[1]);
  EXPECT_EQ((*found)->partition, 2);
  EXPECT_EQ((*found)->era, 1);
  EXPECT_FALSE(reader_->find_coupon(kSeven, UserId{103})->has_value());
  EXPECT_FALSE(reader_->find_coupon(PolicyId{8}, UserId{101})->has_value());
}

TEST_P(StoreContract, CouponsOfAUserAreReadInPagesByPolicy) {
  BatchMaker maker(0, kEmptyHash);
  for (const std::int64_t id : {30, 10, 50, 20, 40}) {
    ASSERT_EQ(writer_->save(maker.issue(PolicyId{id}, 2, UserId{5})).outcome, SaveOutcome::Saved);
  }
  const auto page = [&](std::optional<PolicyId> policy, std::int64_t after, std::size_t limit) {
    return policies_of(*reader_->user_coupons(UserId{5}, policy, PolicyId{after}, limit));
  };
  EXPECT_THAT(page(std::nullopt, 0, 10), ElementsAre(10, 20, 30, 40, 50));
  EXPECT_THAT(page(std::nullopt, 0, 2), ElementsAre(10, 20));
  EXPECT_THAT(page(std::nullopt, 20, 2), ElementsAre(30, 40));
  EXPECT_THAT(page(std::nullopt, 40, 2), ElementsAre(50));
  EXPECT_THAT(page(std::nullopt, 50, 2), IsEmpty());
  EXPECT_THAT(page(PolicyId{30}, 0, 10), ElementsAre(30));
  EXPECT_THAT(page(PolicyId{31}, 0, 10), IsEmpty());
  const auto whole = reader_->user_coupons(UserId{5}, std::nullopt, PolicyId{0}, 10);
  ASSERT_EQ(whole->positions.size(), static_cast<std::size_t>(kStorePartitions));
  EXPECT_TRUE(same(whole->positions[0], maker.position()));
}

TEST_P(StoreContract, TheCodeOfEveryOffsetIsFoundAlsoAtTheEndsOfBatches) {
  BatchMaker maker(1, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.next({1, 2, 3})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.next({4})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.next({0, 16})).outcome, SaveOutcome::Saved);
  const std::vector<Code> expected = {Code::Success,    Code::AlreadyIssued, Code::SoldOut,
                                      Code::NotStarted, Code::None,          Code::Rules};
  for (std::size_t offset = 0; offset < expected.size(); ++offset) {
    EXPECT_EQ(*reader_->code_at(1, 1, static_cast<Offset>(offset)), expected[offset]) << offset;
  }
  EXPECT_FALSE(reader_->code_at(1, 1, 6)->has_value());
  EXPECT_FALSE(reader_->code_at(1, 1, 5'000'000'000)->has_value());
  EXPECT_FALSE(reader_->code_at(1, 0, 0)->has_value());
  EXPECT_FALSE(reader_->code_at(2, 1, 0)->has_value());
}

TEST_P(StoreContract, TheHistoryOfAPolicyIsReadUpToAnOffset) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.next({12, 12, 12, 12});
  batch.changes = {a_change(kSeven, 1, 0), a_change(PolicyId{8}, 1, 1), a_change(kSeven, 2, 2),
                   a_change(kSeven, 3, 3)};
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  EXPECT_THAT(revisions_of(reader_->policy_changes(kSeven, 1)), ElementsAre(1));
  EXPECT_THAT(revisions_of(reader_->policy_changes(kSeven, 2)), ElementsAre(1, 2));
  EXPECT_THAT(revisions_of(reader_->policy_changes(kSeven, 100)), ElementsAre(1, 2, 3));
  EXPECT_THAT(revisions_of(reader_->policy_changes(PolicyId{9}, 100)), IsEmpty());
}

TEST_P(StoreContract, AScanReturnsEveryRowOfEveryTableInTheOrderOfTheKeys) {
  BatchMaker zero(0, kEmptyHash);
  BatchMaker two(2, kEmptyHash);
  store::Batch late = two.issue(PolicyId{9}, 2, UserId{50});
  late.after.state.origin_marks = {{0, 17}};
  late.after.state.rules = 3;
  late.changes = {a_change(PolicyId{9}, 1, 0), a_change(PolicyId{9}, 2, 1)};
  ASSERT_EQ(writer_->save(late).outcome, SaveOutcome::Saved);
  store::Batch early = zero.issue(kSeven, 3, UserId{1});
  early.changes = {a_change(kSeven, 1, 0)};
  ASSERT_EQ(writer_->save(early).outcome, SaveOutcome::Saved);
  store::Batch close = zero.next({0, 12});
  close.policies.push_back(a_policy(kSeven, 3));
  close.policies.back().state = PolicyState::Closed;
  ASSERT_EQ(writer_->save(close).outcome, SaveOutcome::Saved);

  const Rows rows = scan(*reader_);
  ASSERT_EQ(rows.positions.size(), static_cast<std::size_t>(kStorePartitions));
  EXPECT_TRUE(same(rows.positions[0], close.after));
  EXPECT_TRUE(same(rows.positions[2], late.after));
  EXPECT_THAT(rows.policies, ElementsAre(close.policies.front(), late.policies.front()));
  ASSERT_EQ(rows.changes.size(), 3u);
  EXPECT_EQ(rows.changes[0].change.policy, kSeven);
  EXPECT_EQ(rows.changes[0].partition, 0);
  EXPECT_EQ(rows.changes[2].change.revision, 2);
  EXPECT_EQ(rows.changes[2].change.offset, 1);
  EXPECT_EQ(rows.changes[2].change.command, late.changes[1].command);
  EXPECT_EQ(rows.changes[2].partition, 2);
  EXPECT_EQ(rows.changes[2].era, 1);
  ASSERT_EQ(rows.batches.size(), 2u) << "the next codes are added to a small batch";
  EXPECT_EQ(rows.batches[0].first_offset, 0);
  EXPECT_EQ(rows.batches[0].end(), 5);
  EXPECT_EQ(rows.batches[0].after, close.after.state);
  EXPECT_EQ(rows.batches[1].partition, 2);
  EXPECT_EQ(rows.batches[1].after, late.after.state);
  ASSERT_EQ(rows.coupons.size(), 5u) << "includes the coupons of a closed policy";
  EXPECT_EQ(rows.coupons[2].coupon, early.coupons[2]);
  EXPECT_EQ(rows.coupons[3].coupon, late.coupons[0]);
  EXPECT_EQ(rows.coupons[3].partition, 2);
  EXPECT_EQ(rows.coupons[3].era, 1);
}

TEST_P(StoreContract, SnapshotsDoNotSeeAConcurrentSave) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  const Snapshot loaded = test::load(*reader_, [&] {
    EXPECT_EQ(writer_->save(maker.issue(kSeven, 2, UserId{3})).outcome, SaveOutcome::Saved);
  });
  EXPECT_EQ(loaded.coupons.size(), 2u);
  EXPECT_EQ(loaded.policies.front().active_count, 2);
}

TEST_P(StoreContract, ScansDoNotSeeAConcurrentSave) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  const Rows rows = scan(*reader_, [&] {
    EXPECT_EQ(writer_->save(maker.issue(kSeven, 2, UserId{3})).outcome, SaveOutcome::Saved);
  });
  EXPECT_EQ(rows.coupons.size(), 2u);
  EXPECT_EQ(rows.batches.size(), 1u);
}

}  // namespace
}  // namespace firstcome::test
