#include "store_contract.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::IsEmpty;
using testing::Not;

constexpr PolicyId kSeven{7};

bool before(const Coupon& a, const Coupon& b) {
  return std::tie(a.policy, a.sequence) < std::tie(b.policy, b.sequence);
}

std::pair<PolicyId, std::int64_t> key_of(const CouponLife& life) { return {life.policy, life.sequence}; }

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

TEST_P(StoreContract, EveryTermOfAPolicyIsSavedAndReplaced) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.next({12});
  first.policies = {a_full_policy(kSeven), a_policy(PolicyId{8})};
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load().policies, first.policies);
  store::Batch second = maker.next({12});
  second.policies = {a_policy(kSeven, 1), a_full_policy(PolicyId{8})};
  ASSERT_EQ(writer_->save(second).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load().policies, second.policies);
  EXPECT_EQ(*reader_->policies(PolicyId{0}, 10), second.policies);
}

TEST_P(StoreContract, CountsThatContradictEachOtherAreAConflict) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.next({12});
  const auto outcome_of = [&](const std::function<void(Policy&)>& damage) {
    batch.policies = {a_policy(kSeven, 3, 5)};
    damage(batch.policies.front());
    return writer_->save(batch).outcome;
  };
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.active_count = 6; }), SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.active_count = -1; }), SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.used_count = 4; }), SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.used_count = -1; }), SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.cancelled_count = -1; }), SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.used_count = 2, policy.cancelled_count = 2; }),
            SaveOutcome::Conflict);
  EXPECT_EQ(outcome_of([](Policy& policy) { policy.used_count = 1, policy.cancelled_count = 2; }),
            SaveOutcome::Saved);
}

TEST_P(StoreContract, TheLivesOfCouponsAreSavedWithTheirBatchAndReplacedByLaterOnes) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch issue = maker.issue(kSeven, 3, UserId{100});
  issue.lives = {a_used_coupon(kSeven, 2, "order-17")};
  issue.coupon_changes = {a_use(kSeven, 2, "order-17", 2)};
  ASSERT_EQ(writer_->save(issue).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load().lives, issue.lives);

  store::Batch later = maker.next({12, 12, 12});
  CouponLife cancelled = a_used_coupon(kSeven, 2, "order-17");
  cancelled.state = CouponState::Cancelled;
  cancelled.gave_back_place = true;
  cancelled.references.push_back({"é ☕ 18", 0x1f});
  CouponLife held = a_used_coupon(kSeven, 1, "order-19");
  held.state = CouponState::Reserved;
  held.held_until = from_millis(1'800'000'123'456);
  later.lives = {cancelled, held};
  ASSERT_EQ(writer_->save(later).outcome, SaveOutcome::Saved);
  EXPECT_THAT(load().lives, testing::UnorderedElementsAre(cancelled, held));
  EXPECT_EQ(load().coupons, issue.coupons);
}

TEST_P(StoreContract, NoLifeOfARejectedBatchIsSaved) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 3, UserId{1})).outcome, SaveOutcome::Saved);
  store::Batch batch = maker.issue(kSeven, 1, UserId{2});  // this user has a coupon already
  batch.lives = {a_used_coupon(kSeven, 1, "order-1")};
  batch.coupon_changes = {a_use(kSeven, 1, "order-1", 3)};
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Conflict);
  EXPECT_THAT(load().lives, IsEmpty());
  EXPECT_THAT(*reader_->coupon_changes(kSeven, 1), IsEmpty());
}

TEST_P(StoreContract, ASecondCommandOfACouponAtAnOffsetIsAConflict) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.next({12});
  first.coupon_changes = {a_use(kSeven, 1, "order-1", 0), a_use(kSeven, 2, "order-1", 0)};
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  store::Batch second = maker.next({12});
  second.coupon_changes = {a_use(kSeven, 1, "order-2", 0)};
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Conflict);
}

TEST_P(StoreContract, ListedUsersAreSavedWithTheirBatch) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.issue(kSeven, 1, UserId{1});
  first.policies.back().eligible = Eligible::Listed;
  first.policies.back().listed_count = 3;
  first.listed = a_list(kSeven, 3, UserId{100}, 1, 0);
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  EXPECT_THAT(load().listed, testing::UnorderedElementsAreArray(first.listed));
  store::Batch second = maker.issue(kSeven, 1, UserId{2});
  second.listed = a_list(kSeven, 2, UserId{std::numeric_limits<std::int64_t>::max() - 1}, 5, 1);
  ASSERT_EQ(writer_->save(second).outcome, SaveOutcome::Saved);
  auto all = first.listed;
  all.insert(all.end(), second.listed.begin(), second.listed.end());
  EXPECT_THAT(load().listed, testing::UnorderedElementsAreArray(all));
}

TEST_P(StoreContract, ASecondRowOfAListedUserIsAConflictAndNoRowOfTheBatchIsSaved) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.issue(kSeven, 1, UserId{1});
  first.listed = a_list(kSeven, 3, UserId{100}, 1, 0);
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  store::Batch second = maker.issue(kSeven, 1, UserId{2});
  second.listed = a_list(kSeven, 3, UserId{98}, 4, 1);
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Conflict);
  EXPECT_THAT(load().listed, testing::UnorderedElementsAreArray(first.listed));
  EXPECT_EQ(load().coupons, first.coupons);
  second.listed = a_list(PolicyId{8}, 3, UserId{98}, 1, 1);
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Saved) << "another policy has another list";
}

TEST_P(StoreContract, ImportedCodesAreSavedWithTheirBatch) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.issue(kSeven, 1, UserId{1});
  first.policies.back().codes = CodeKind::Imported;
  first.policies.back().code_count = 3;
  first.imported_codes = some_codes(kSeven, 3, 1, 0);
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  EXPECT_THAT(load().imported_codes, testing::UnorderedElementsAreArray(first.imported_codes));
  EXPECT_EQ(load().policies, first.policies);
  store::Batch second = maker.issue(kSeven, 1, UserId{2});
  second.imported_codes = some_codes(kSeven, 2, 4, 1);
  ASSERT_EQ(writer_->save(second).outcome, SaveOutcome::Saved);
  auto all = first.imported_codes;
  all.insert(all.end(), second.imported_codes.begin(), second.imported_codes.end());
  EXPECT_THAT(load().imported_codes, testing::UnorderedElementsAreArray(all));
}

TEST_P(StoreContract, ASecondCodeOfASequenceIsAConflictButNotTheSameCodeOfAnotherPolicy) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch first = maker.issue(kSeven, 1, UserId{1});
  first.imported_codes = some_codes(kSeven, 3, 1, 0);
  ASSERT_EQ(writer_->save(first).outcome, SaveOutcome::Saved);
  store::Batch second = maker.issue(kSeven, 1, UserId{2});
  second.imported_codes = some_codes(kSeven, 3, 3, 1);
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Conflict);
  EXPECT_THAT(load().imported_codes, testing::UnorderedElementsAreArray(first.imported_codes));
  EXPECT_EQ(load().coupons, first.coupons);
  second.imported_codes = some_codes(PolicyId{8}, 3, 1, 1);
  EXPECT_EQ(writer_->save(second).outcome, SaveOutcome::Saved) << "the store does not halt for it";
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
    std::ranges::sort(loaded.lives, {}, key_of);
    const auto listed_key = [](const ListedUser& row) { return std::pair(row.policy, row.user); };
    std::ranges::sort(loaded.listed, {}, listed_key);
    std::ranges::sort(expected.listed, {}, listed_key);
    const auto code_key = [](const ImportedCode& row) { return std::pair(row.policy, row.sequence); };
    std::ranges::sort(loaded.imported_codes, {}, code_key);
    std::ranges::sort(expected.imported_codes, {}, code_key);
    RC_ASSERT(std::equal(loaded.positions.begin(), loaded.positions.end(), expected.positions.begin(),
                         expected.positions.end(), same));
    RC_ASSERT(loaded.policies == expected.policies);
    RC_ASSERT(loaded.coupons == expected.coupons);
    RC_ASSERT(loaded.lives == expected.lives);
    RC_ASSERT(loaded.listed == expected.listed);
    RC_ASSERT(loaded.imported_codes == expected.imported_codes);
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
