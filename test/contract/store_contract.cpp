#include "store_contract.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <array>

#include <algorithm>
#include <set>

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

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

bool before(const Coupon& a, const Coupon& b) {
  return std::tie(a.policy, a.sequence) < std::tie(b.policy, b.sequence);
}

TEST_P(StoreContract, NewDataHasItsSettingsAndAPositionAtTheBeginningOfEveryPartition) {
  const auto settings = reader_->settings();
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->partitions, kStorePartitions);
  EXPECT_EQ(settings->era, 1);
  EXPECT_EQ(settings->journal_identity, kStoreJournal);
  EXPECT_NE(settings->key, InstallationKey{});
  const auto positions = reader_->positions();
  ASSERT_EQ(positions->size(), static_cast<std::size_t>(kStorePartitions));
  for (Partition partition = 0; partition < kStorePartitions; ++partition) {
    store::Position fresh;
    fresh.partition = partition;
    fresh.state.state_hash = kEmptyHash;
    EXPECT_TRUE(same(positions->at(static_cast<std::size_t>(partition)), fresh)) << partition;
  }
}

TEST_P(StoreContract, ASavedBatchIsComplete) {
  BatchMaker maker(1, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 3, UserId{100});
  batch.after.state.origin_marks = {{0, 17}, {2, 5'000'000'000}};
  batch.changes.push_back(a_change(kSeven, 1, 0));
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);

  const Snapshot loaded = load();
  EXPECT_TRUE(same(loaded.positions.at(1), batch.after));
  EXPECT_EQ(loaded.policies, batch.policies);
  EXPECT_EQ(loaded.coupons, batch.coupons);
  EXPECT_TRUE(same(*writer_->position(1), batch.after));
  const auto changes = reader_->policy_changes(kSeven, 0);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->front().command, batch.changes.front().command);
  EXPECT_EQ(changes->front().who, batch.changes.front().who);
  EXPECT_EQ(changes->front().at, batch.changes.front().at);
}

TEST_P(StoreContract, TheSameBatchCountsOnceAndTheSecondSaveReturnsThePosition) {
  BatchMaker maker(0, kEmptyHash);
  const store::Batch batch = maker.issue(kSeven, 10, UserId{1});
  const auto other = a_writer();
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto second = other->save(batch);
  ASSERT_EQ(second.outcome, SaveOutcome::Moved);
  ASSERT_TRUE(second.position.has_value());
  EXPECT_TRUE(same(*second.position, batch.after));
  EXPECT_EQ(load().coupons.size(), 10u);
}

TEST_P(StoreContract, ABatchBeyondThePositionIsNotSaved) {
  BatchMaker maker(0, kEmptyHash);
  maker.issue(kSeven, 10, UserId{1});
  const auto result = writer_->save(maker.issue(kSeven, 10, UserId{11}));
  ASSERT_EQ(result.outcome, SaveOutcome::Moved);
  EXPECT_EQ(result.position->next_offset, 0);
  EXPECT_THAT(load().coupons, IsEmpty());
}

TEST_P(StoreContract, ABatchWithAnotherStateHashIsNotSavedAndTheStoresHashIsReturned) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 1, UserId{1});
  batch.hash_before ^= 1;
  const auto result = writer_->save(batch);
  ASSERT_EQ(result.outcome, SaveOutcome::Moved);
  EXPECT_EQ(result.position->next_offset, 0);
  EXPECT_EQ(result.position->state.state_hash, kEmptyHash);
}

TEST_P(StoreContract, ABatchOfAnotherEraIsNotSaved) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 1, UserId{1});
  batch.after.era = 2;
  const auto result = writer_->save(batch);
  ASSERT_EQ(result.outcome, SaveOutcome::Moved);
  EXPECT_EQ(result.position->era, 1);
}

TEST_P(StoreContract, AHaltedPartitionSavesNothingUntilTheHaltIsRemoved) {
  BatchMaker maker(2, kEmptyHash);
  const store::Batch batch = maker.issue(kSeven, 1, UserId{1});
  ASSERT_TRUE(writer_->halt(2, "the first reason").ok());
  ASSERT_TRUE(writer_->halt(2, "another one").ok());
  const auto refused = writer_->save(batch);
  ASSERT_EQ(refused.outcome, SaveOutcome::Moved);
  EXPECT_EQ(refused.position->halted_reason, "the first reason");
  EXPECT_EQ(reader_->positions()->at(2).halted_reason, "the first reason");
  EXPECT_EQ(reader_->positions()->at(1).halted_reason, "");
  ASSERT_TRUE(writer_->unhalt(2).ok());
  EXPECT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
}

TEST_P(StoreContract, SkippedRulesRecordsAreStored) {
  EXPECT_THAT(reader_->settings()->skipped_rules, IsEmpty());
  ASSERT_TRUE(writer_->skip_rules(2, 5'000'000'000).ok());
  ASSERT_TRUE(writer_->skip_rules(0, 17).ok());
  ASSERT_TRUE(writer_->skip_rules(0, 17).ok()) << "it is idempotent";
  const std::set<std::pair<Partition, Offset>> expected{{0, 17}, {2, 5'000'000'000}};
  EXPECT_EQ(reader_->settings()->skipped_rules, expected);
}

TEST_P(StoreContract, ASecondCouponOfAUserIsAConflictAndNoRowOfTheBatchIsSaved) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 3, UserId{1})).outcome, SaveOutcome::Saved);
  const Snapshot was = load();
  store::Batch batch = maker.issue(kSeven, 3, UserId{2});  // users 2 and 3 have coupons already
  batch.changes.push_back(a_change(kSeven, 2, 4));
  const auto result = writer_->save(batch);
  ASSERT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message, Not(IsEmpty()));
  const Snapshot is = load();
  EXPECT_EQ(is.coupons, was.coupons);
  EXPECT_EQ(is.policies, was.policies);
  EXPECT_TRUE(same(is.positions.at(0), was.positions.at(0)));
  EXPECT_FALSE(reader_->code_at(1, 0, 3)->has_value());
  EXPECT_THAT(*reader_->policy_changes(kSeven, 100), IsEmpty());
}

TEST_P(StoreContract, ASecondCouponWithASequenceIsAConflict) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 3, UserId{1})).outcome, SaveOutcome::Saved);
  store::Batch batch = maker.issue(kSeven, 2, UserId{50});
  batch.coupons[1].sequence = 2;
  EXPECT_EQ(writer_->save(batch).outcome, SaveOutcome::Conflict);
  EXPECT_EQ(load().coupons.size(), 3u);
  // The writer works after the conflict.
  batch.coupons[1].sequence = 5;
  EXPECT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
}

TEST_P(StoreContract, ASecondRowOfAPolicysRevisionIsAConflict) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.next({12});
  first.changes.push_back(a_change(kSeven, 1, 0));
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  store::Batch second = maker.next({12});
  second.changes.push_back(a_change(kSeven, 1, 1));
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Conflict);
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

TEST_P(StoreContract, PartitionsAreSavedIndependently) {
  BatchMaker zero(0, kEmptyHash);
  BatchMaker two(2, kEmptyHash);
  ASSERT_EQ(writer_->save(zero.issue(PolicyId{1}, 5, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(two.issue(PolicyId{2}, 7, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(zero.issue(PolicyId{1}, 5, UserId{11})).outcome, SaveOutcome::Saved);
  const Snapshot loaded = load();
  EXPECT_TRUE(same(loaded.positions[0], zero.position()));
  EXPECT_EQ(loaded.positions[1].next_offset, 0);
  EXPECT_TRUE(same(loaded.positions[2], two.position()));
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

TEST_P(StoreContract, CodesOfManySmallSavesShareARowUpToItsLimit) {
  BatchMaker maker(0, kEmptyHash);
  constexpr std::array<std::uint8_t, 4> kCodes = {
      0, 200, 255, 12};  // also a missing offset and bytes that are not valid text
  const auto saves = static_cast<std::size_t>(2 * store::kCodesOfExtendedBatch / 4) + 1;
  for (std::size_t i = 0; i < saves; ++i) {
    ASSERT_EQ(writer_->save(maker.next({kCodes.begin(), kCodes.end()})).outcome, SaveOutcome::Saved);
  }
  const Rows rows = scan(*reader_);
  ASSERT_EQ(rows.batches.size(), 3u);
  EXPECT_EQ(static_cast<std::int64_t>(rows.batches[0].codes.size()), store::kCodesOfExtendedBatch);
  EXPECT_EQ(rows.batches[1].first_offset, store::kCodesOfExtendedBatch);
  EXPECT_EQ(rows.batches[2].end(), static_cast<Offset>(4 * saves));
  for (const store::BatchRow& row : rows.batches) {
    for (std::size_t i = 0; i < row.codes.size(); ++i) ASSERT_EQ(row.codes[i], kCodes[i % 4]);
  }
  EXPECT_EQ(rows.batches[2].after.state_hash, rows.positions[0].state.state_hash);
}

TEST_P(StoreContract, BatchesBeforeTheStartOfTheJournalArePrunedExceptTheNewest) {
  BatchMaker zero(0, kEmptyHash);
  BatchMaker one(1, kEmptyHash);
  const std::vector<std::uint8_t> full(static_cast<std::size_t>(store::kCodesOfExtendedBatch), 12);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(writer_->save(zero.next(full)).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(one.next(full)).outcome, SaveOutcome::Saved);
  const Offset row = store::kCodesOfExtendedBatch;
  EXPECT_EQ(*writer_->prune_batches(0, row), 0) << "a replay may begin at the end of the first batch";
  EXPECT_EQ(*writer_->prune_batches(0, row + 1), 1);
  EXPECT_EQ(*reader_->code_at(1, 0, row - 1), std::nullopt);
  EXPECT_NE(*reader_->code_at(1, 0, row), std::nullopt);
  EXPECT_EQ(*writer_->prune_batches(0, 100 * row), 1);
  EXPECT_EQ(*writer_->prune_batches(0, 100 * row), 0) << "the newest batch remains";
  const Rows rows = scan(*reader_);
  ASSERT_EQ(rows.batches.size(), 2u);
  EXPECT_EQ(rows.batches[0].first_offset, 2 * row);
  EXPECT_EQ(rows.batches[1].partition, 1);
  ASSERT_EQ(writer_->save(zero.next({12})).outcome, SaveOutcome::Saved);
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

TEST_P(StoreContract, ASnapshotIsEqualToTheSavedRows) {
  const bool holds = rc::check("random batches, loaded back", [&](std::uint64_t seed) {
    const auto world = GetParam().make();
    const auto writer = std::move(*world->store().make_writer());
    const auto reader = std::move(*world->store().make_reader());
    RandomHistory history(seed, kStorePartitions, kEmptyHash);
    const int batches = *rc::gen::inRange(1, 30);
    for (int i = 0; i < batches; ++i) RC_ASSERT(writer->save(history.next()).outcome == SaveOutcome::Saved);
    Snapshot expected = history.expected();
    Snapshot loaded = test::load(*reader);
    std::sort(expected.coupons.begin(), expected.coupons.end(), before);
    std::sort(loaded.coupons.begin(), loaded.coupons.end(), before);
    RC_ASSERT(std::equal(loaded.positions.begin(), loaded.positions.end(), expected.positions.begin(),
                         expected.positions.end(), same));
    RC_ASSERT(loaded.policies == expected.policies);
    RC_ASSERT(loaded.coupons == expected.coupons);
    RC_ASSERT(scan(*reader).policies == expected.policies);
    for (Partition partition = 0; partition < kStorePartitions; ++partition) {
      const auto& codes = history.codes(partition);
      for (std::size_t offset = 0; offset < codes.size(); ++offset) {
        RC_ASSERT(*reader->code_at(1, partition, static_cast<Offset>(offset)) ==
                  code_from_number(codes[offset]));
      }
    }
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace firstcome::test
