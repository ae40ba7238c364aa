#include "store_contract.h"

#include <gmock/gmock.h>

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::AnyOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr PolicyId kSeven{7};

std::vector<std::int64_t> policies_of(const store::UserCoupons& page) {
  std::vector<std::int64_t> ids;
  for (const auto& coupon : page.coupons) ids.push_back(coupon.row.coupon.policy.value);
  return ids;
}

std::vector<std::int64_t> revisions_of(const Result<std::vector<store::PolicyChangeRow>>& rows) {
  std::vector<std::int64_t> revisions;
  for (const auto& row : *rows) revisions.push_back(row.revision);
  return revisions;
}

TEST_P(StoreContract, ASnapshotHasOnlyTheWantedPoliciesAndTheWantedCoupons) {
  class Wanted : public store::SnapshotSink {
   public:
    bool wants(PolicyId policy) override { return policy >= kSeven; }
    void position(const store::Position&) override { ++positions; }
    void policy(const Policy& policy) override { EXPECT_THAT(policy.id.value, AnyOf(7, 8)); }
    bool wants_coupons(const Policy& policy) override { return policy.id == kSeven; }
    void coupon(const store::CouponRow& row) override {
      EXPECT_EQ(row.coupon.policy, kSeven);
      EXPECT_EQ(row.era, 1);
      EXPECT_EQ(row.partition, 0);
      ++coupons;
    }
    void life(const CouponLife& life) override {
      EXPECT_EQ(life.policy, kSeven);
      ++lives;
    }
    void listed(const ListedUser& row) override {
      EXPECT_EQ(row.policy, kSeven);
      ++listed_users;
    }
    void imported_code(const ImportedCode& row) override {
      EXPECT_EQ(row.policy, kSeven);
      ++codes;
    }
    int positions = 0, coupons = 0, lives = 0, listed_users = 0, codes = 0;
  };
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{6}, 3, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(kSeven, 4, UserId{1})).outcome, SaveOutcome::Saved);
  store::Batch last = maker.issue(PolicyId{8}, 5, UserId{1});
  for (const std::int64_t id : {6, 7, 8}) {
    last.lives.push_back(a_used_coupon(PolicyId{id}, 1, "order-1"));
    const auto list = a_list(PolicyId{id}, 2, UserId{1}, 1, 8);
    last.listed.insert(last.listed.end(), list.begin(), list.end());
    const auto codes = some_codes(PolicyId{id}, 3, 1, 8);
    last.imported_codes.insert(last.imported_codes.end(), codes.begin(), codes.end());
  }
  ASSERT_EQ(writer_->save(last).outcome, SaveOutcome::Saved);
  Wanted wanted;
  ASSERT_TRUE(reader_->load_snapshot(wanted).ok());
  EXPECT_EQ(wanted.positions, kStorePartitions);
  EXPECT_EQ(wanted.coupons, 4);
  EXPECT_EQ(wanted.lives, 1);
  EXPECT_EQ(wanted.listed_users, 2);
  EXPECT_EQ(wanted.codes, 3);
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
  const auto found = reader_->find_coupon(kSeven, UserId{101}, 1, {1, 2});
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->coupon, batch.coupons[1]);
  EXPECT_EQ((*found)->partition, 2);
  EXPECT_EQ((*found)->era, 1);
  EXPECT_FALSE(reader_->find_coupon(kSeven, UserId{103}, 1, {1, 2})->has_value());
  EXPECT_FALSE(reader_->find_coupon(PolicyId{8}, UserId{101}, 1, {1, 2})->has_value());
}

TEST_P(StoreContract, OfSeveralCouponsOfAUserTheOneIsFoundThatARequestWasGiven) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 6, UserId{100});
  // User 5 was given coupons at the offsets 1, 3 and 4.
  std::int32_t ordinal = 0;
  for (const std::size_t i : {1, 3, 4}) {
    batch.coupons[i].user = UserId{5};
    batch.coupons[i].user_ordinal = ++ordinal;
  }
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto offset_of = [&](std::int32_t asked, store::EraOffset before) -> Offset {
    const auto found = *reader_->find_coupon(kSeven, UserId{5}, asked, before);
    return found ? found->coupon.offset : -1;
  };
  EXPECT_EQ(offset_of(1, {1, 6}), 1);
  EXPECT_EQ(offset_of(2, {1, 6}), 3);
  EXPECT_EQ(offset_of(3, {1, 6}), 4);
  EXPECT_EQ(offset_of(4, {1, 6}), 4) << "the highest ordinal up to the one asked for";
  EXPECT_EQ(offset_of(4, {1, 4}), 3) << "the coupon at offset 4 is not before offset 4";
  EXPECT_EQ(offset_of(3, {1, 2}), 1);
  EXPECT_EQ(offset_of(1, {1, 1}), -1);
  EXPECT_EQ(offset_of(9, {2, 0}), 4) << "every offset of an earlier era is before";
  EXPECT_EQ(offset_of(9, {0, 100}), -1);
}

TEST_P(StoreContract, ACouponIsFoundBySequenceWithItsLife) {
  BatchMaker maker(1, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 3, UserId{100});
  batch.lives = {a_used_coupon(kSeven, 2, "order-17")};
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto used = *reader_->coupon(kSeven, 2);
  ASSERT_TRUE(used.has_value());
  EXPECT_EQ(used->row.coupon, batch.coupons[1]);
  EXPECT_EQ(used->row.partition, 1);
  EXPECT_EQ(used->row.era, 1);
  EXPECT_EQ(used->life, batch.lives[0]);
  const auto untouched = *reader_->coupon(kSeven, 3);
  ASSERT_TRUE(untouched.has_value());
  EXPECT_EQ(untouched->row.coupon, batch.coupons[2]);
  CouponLife issued;
  issued.policy = kSeven;
  issued.sequence = 3;
  EXPECT_EQ(untouched->life, issued);
  EXPECT_FALSE(reader_->coupon(kSeven, 4)->has_value());
  EXPECT_FALSE(reader_->coupon(PolicyId{8}, 1)->has_value());
}

TEST_P(StoreContract, TheHistoryOfACouponIsReadOldestFirst) {
  BatchMaker maker(1, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 2, UserId{100});
  CouponChange reserve = a_use(kSeven, 2, "order-17", 0);
  reserve.kind = CouponCommand::Kind::Reserve;
  reserve.held_until = from_millis(1'800'000'900'000);
  CouponChange cancel = a_use(kSeven, 2, "é ☕", 1);
  cancel.kind = CouponCommand::Kind::Cancel;
  cancel.reason = "sent by mistake: \"NOON\"";
  cancel.who = "";
  batch.coupon_changes = {reserve, a_use(kSeven, 1, "order-1", 1), cancel};
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  const auto changes = reader_->coupon_changes(kSeven, 2);
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ(changes->at(0).change, reserve);
  EXPECT_EQ(changes->at(1).change, cancel);
  EXPECT_EQ(changes->at(1).partition, 1);
  EXPECT_EQ(changes->at(1).era, 1);
  EXPECT_THAT(*reader_->coupon_changes(kSeven, 3), IsEmpty());
}

/// Coupons 1 to 8, of which 2 is used, 3 has a hold, 5 is cancelled and 7 was restored.
store::Batch eight_coupons(BatchMaker& maker, PolicyId policy = kSeven) {
  store::Batch batch = maker.issue(policy, 8, UserId{100});
  const auto add = [&](std::int64_t sequence, CouponState state) {
    batch.lives.push_back(a_used_coupon(policy, sequence, "order-" + std::to_string(sequence)));
    batch.lives.back().state = state;
  };
  add(2, CouponState::Used);
  add(3, CouponState::Reserved);
  batch.lives.back().held_until = from_millis(1'800'000'900'000);
  add(5, CouponState::Cancelled);
  add(7, CouponState::Issued);
  return batch;
}

TEST_P(StoreContract, TheCouponsOfAPolicyAreReadInPagesByStateAndByAFilter) {
  BatchMaker maker(0, kEmptyHash);
  ASSERT_EQ(writer_->save(eight_coupons(maker)).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{8}, 3, UserId{1})).outcome, SaveOutcome::Saved);
  std::optional<std::int64_t> next;
  const auto page = [&](std::int64_t after, std::size_t limit, const store::CouponFilter& filter = {}) {
    const auto read = *reader_->policy_coupons(kSeven, after, limit, filter);
    std::vector<std::int64_t> sequences;
    for (const auto& coupon : read.coupons) {
      EXPECT_EQ(coupon.row.coupon.sequence, coupon.life.sequence);
      EXPECT_EQ(coupon.row.coupon.policy, kSeven);
      sequences.push_back(coupon.life.sequence);
    }
    next = read.next;
    return sequences;
  };
  EXPECT_THAT(page(0, 100), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(next, std::nullopt);
  EXPECT_THAT(page(0, 3), ElementsAre(1, 2, 3));
  EXPECT_EQ(next, 3);
  EXPECT_THAT(page(3, 3), ElementsAre(4, 5, 6));
  EXPECT_THAT(page(6, 2), ElementsAre(7, 8));
  EXPECT_EQ(next, std::nullopt);
  EXPECT_THAT(page(8, 3), IsEmpty());
  EXPECT_THAT(page(1'000'000'000'000, 3), IsEmpty());
  EXPECT_THAT(page(0, 100, {.states = {CouponState::Issued}}), ElementsAre(1, 4, 6, 7, 8));
  EXPECT_THAT(page(0, 100, {.states = {CouponState::Used, CouponState::Cancelled}}), ElementsAre(2, 5));
  EXPECT_THAT(page(0, 2, {.states = {CouponState::Issued, CouponState::Reserved}}), ElementsAre(1, 3));
  EXPECT_EQ(next, 3);
  const auto odd = [](const store::CouponWithLife& coupon) { return coupon.life.sequence % 2 == 1; };
  EXPECT_THAT(page(1, 2, {.states = {CouponState::Issued, CouponState::Cancelled}, .accepts = odd}),
              ElementsAre(5, 7));
  EXPECT_EQ(next, 7);
  EXPECT_THAT(page(7, 2, {.states = {CouponState::Issued}, .accepts = odd}), IsEmpty());
  EXPECT_EQ(next, std::nullopt);
  EXPECT_THAT(reader_->policy_coupons(PolicyId{9}, 0, 10, {})->coupons, IsEmpty());
}

TEST_P(StoreContract, AnExportHasEveryCouponOfThePolicyInOrder) {
  class Exported : public store::CouponSink {
   public:
    void begin(const Policy& policy, const std::vector<store::Position>& positions) override {
      EXPECT_FALSE(begun) << "it is the first call";
      begun = policy;
      EXPECT_EQ(positions.size(), static_cast<std::size_t>(kStorePartitions));
    }
    Status coupon(const store::CouponWithLife& coupon) override {
      EXPECT_TRUE(begun);
      if (coupons.size() == limit) return Error::permanent("the disk is full");
      coupons.push_back(coupon);
      return Done{};
    }
    std::optional<Policy> begun;
    std::vector<store::CouponWithLife> coupons;
    std::size_t limit = 100;
  };
  BatchMaker maker(0, kEmptyHash);
  const store::Batch batch = eight_coupons(maker);
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{8}, 3, UserId{1})).outcome, SaveOutcome::Saved);
  Exported all;
  ASSERT_TRUE(reader_->export_coupons(kSeven, all).ok());
  EXPECT_EQ(all.begun, batch.policies.front());
  ASSERT_EQ(all.coupons.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(all.coupons[i].row.coupon, batch.coupons[i]);
  EXPECT_EQ(all.coupons[1].life, batch.lives[0]);
  EXPECT_EQ(all.coupons[7].life.state, CouponState::Issued);

  Exported some;
  some.limit = 3;
  EXPECT_EQ(reader_->export_coupons(kSeven, some).error().message, "the disk is full");
  EXPECT_EQ(some.coupons.size(), 3u);
  Exported none;
  ASSERT_TRUE(reader_->export_coupons(PolicyId{9}, none).ok());
  EXPECT_FALSE(none.begun);
}

TEST_P(StoreContract, CouponsAreCountedByStateAsOfTheClockOfTheirHome) {
  constexpr std::int64_t kFirstIssued = 1'800'000'000'000, kClock = kFirstIssued + 8;
  struct Terms {
    std::optional<std::int64_t> valid_until, valid_for;
    std::int64_t held_until = kClock + 1;
    std::vector<std::int64_t> issued_reserved_used_cancelled_expired;
  };
  // Coupon 1 is issued 8 ms before the clock, coupon 8 1 ms. 2 is used, 3 reserved, 5 cancelled.
  const std::vector<Terms> all{
      {.valid_until = {}, .valid_for = {}, .issued_reserved_used_cancelled_expired = {5, 1, 1, 1, 0}},
      {.valid_until = {},
       .valid_for = {},
       .held_until = kClock,
       .issued_reserved_used_cancelled_expired = {6, 0, 1, 1, 0}},
      {.valid_until = kClock + 1, .valid_for = 9, .issued_reserved_used_cancelled_expired = {5, 1, 1, 1, 0}},
      {.valid_until = kClock, .valid_for = {}, .issued_reserved_used_cancelled_expired = {0, 0, 1, 1, 6}},
      {.valid_until = {}, .valid_for = 8, .issued_reserved_used_cancelled_expired = {4, 1, 1, 1, 1}},
      {.valid_until = {}, .valid_for = 6, .issued_reserved_used_cancelled_expired = {4, 0, 1, 1, 2}},
      {.valid_until = {}, .valid_for = 5, .issued_reserved_used_cancelled_expired = {3, 0, 1, 1, 3}},
      {.valid_until = {}, .valid_for = 1, .issued_reserved_used_cancelled_expired = {0, 0, 1, 1, 6}},
  };
  BatchMaker maker(0, kEmptyHash);
  std::int64_t id = kSeven.value;
  for (const Terms& terms : all) {
    store::Batch batch = eight_coupons(maker, PolicyId{id});
    batch.after.state.clock = from_millis(kClock);
    for (CouponLife& life : batch.lives) {
      if (life.state == CouponState::Reserved) life.held_until = from_millis(terms.held_until);
    }
    Policy& policy = batch.policies.front();
    if (terms.valid_until) policy.valid_until = from_millis(*terms.valid_until);
    if (terms.valid_for) policy.valid_for = milliseconds{*terms.valid_for};
    policy.newest_issued_at = from_millis(kFirstIssued + 7);
    policy.used_count = policy.cancelled_count = 1;
    ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
    const auto counted = *reader_->count_coupons(PolicyId{id}, 0);
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->position.next_offset, batch.after.next_offset);
    EXPECT_THAT((std::vector{counted->issued, counted->reserved, counted->used, counted->cancelled,
                             counted->expired}),
                ElementsAreArray(terms.issued_reserved_used_cancelled_expired))
        << "policy " << id;
    ++id;
  }
  EXPECT_EQ(*reader_->count_coupons(PolicyId{id}, 0), std::nullopt);
}

TEST_P(StoreContract, AnExportHasTheImportedCodes) {
  class Exported : public store::CouponSink {
   public:
    void begin(const Policy&, const std::vector<store::Position>&) override {}
    Status coupon(const store::CouponWithLife& coupon) override {
      codes.push_back(coupon.imported_code);
      return Done{};
    }
    std::vector<std::string> codes;
  };
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = eight_coupons(maker);
  batch.imported_codes = some_codes(kSeven, 9, 1, 0);  // one more than coupons
  batch.policies.front().codes = CodeKind::Imported;
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  store::Batch other = maker.issue(PolicyId{8}, 2, UserId{1});
  other.imported_codes = some_codes(PolicyId{8}, 2, 1, 0);  // of a policy without imported codes
  ASSERT_EQ(writer_->save(other).outcome, SaveOutcome::Saved);
  Exported seven, eight;
  ASSERT_TRUE(reader_->export_coupons(kSeven, seven).ok());
  ASSERT_EQ(seven.codes.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(seven.codes[i], batch.imported_codes[i].code);
  ASSERT_TRUE(reader_->export_coupons(PolicyId{8}, eight).ok());
  EXPECT_THAT(eight.codes, ElementsAre("", ""));
  EXPECT_EQ(*reader_->imported_code(kSeven, 9), batch.imported_codes[8].code);
  EXPECT_EQ(*reader_->imported_code(kSeven, 10), "");
}

TEST_P(StoreContract, CouponsOfAUserAreReadInPagesByPolicy) {
  BatchMaker maker(0, kEmptyHash);
  for (const std::int64_t id : {30, 10, 50, 20, 40}) {
    ASSERT_EQ(writer_->save(maker.issue(PolicyId{id}, 2, UserId{5})).outcome, SaveOutcome::Saved);
  }
  const auto page = [&](std::optional<PolicyId> policy, std::int64_t after, std::size_t limit) {
    const store::UserCouponCursor cursor{PolicyId{after}, kOrdinalMost};
    return policies_of(*reader_->user_coupons(UserId{5}, policy, cursor, limit));
  };
  EXPECT_THAT(page(std::nullopt, 0, 10), ElementsAre(10, 20, 30, 40, 50));
  EXPECT_THAT(page(std::nullopt, 0, 2), ElementsAre(10, 20));
  EXPECT_THAT(page(std::nullopt, 20, 2), ElementsAre(30, 40));
  EXPECT_THAT(page(std::nullopt, 40, 2), ElementsAre(50));
  EXPECT_THAT(page(std::nullopt, 50, 2), IsEmpty());
  EXPECT_THAT(page(PolicyId{30}, 0, 10), ElementsAre(30));
  EXPECT_THAT(page(PolicyId{31}, 0, 10), IsEmpty());
  const auto whole = reader_->user_coupons(UserId{5}, std::nullopt, {}, 10);
  ASSERT_EQ(whole->positions.size(), static_cast<std::size_t>(kStorePartitions));
  EXPECT_TRUE(same(whole->positions[0], maker.position()));
}

TEST_P(StoreContract, SeveralCouponsOfAUserInAPolicyAreReadInPagesWithTheirLives) {
  BatchMaker maker(0, kEmptyHash);
  store::Batch batch = maker.issue(kSeven, 4, UserId{5});
  for (std::size_t i = 0; i < 4; ++i) {
    batch.coupons[i].user = UserId{5};
    batch.coupons[i].user_ordinal = static_cast<std::int32_t>(i) + 1;
  }
  batch.lives = {a_used_coupon(kSeven, 3, "order-1")};
  ASSERT_EQ(writer_->save(batch).outcome, SaveOutcome::Saved);
  ASSERT_EQ(writer_->save(maker.issue(PolicyId{8}, 2, UserId{5})).outcome, SaveOutcome::Saved);
  const auto first = reader_->user_coupons(UserId{5}, std::nullopt, {}, 3);
  EXPECT_THAT(policies_of(*first), ElementsAre(7, 7, 7));
  EXPECT_EQ(first->coupons[1].life.state, CouponState::Issued);
  EXPECT_EQ(first->coupons[2].life, batch.lives[0]);
  const auto second = reader_->user_coupons(UserId{5}, std::nullopt, {kSeven, 3}, 3);
  EXPECT_THAT(policies_of(*second), ElementsAre(7, 8));
  EXPECT_EQ(second->coupons[0].row.coupon, batch.coupons[3]);
  EXPECT_THAT(policies_of(*reader_->user_coupons(UserId{5}, kSeven, {kSeven, 2}, 3)), ElementsAre(7, 7));
  EXPECT_THAT(policies_of(*reader_->user_coupons(UserId{5}, kSeven, {}, 2)), ElementsAre(7, 7));
  EXPECT_THAT(policies_of(*reader_->user_coupons(UserId{5}, kSeven, {PolicyId{8}, 1}, 2)), IsEmpty());
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
  late.listed = a_list(PolicyId{9}, 1, UserId{5}, 1, 1);
  late.imported_codes = some_codes(PolicyId{9}, 1, 1, 1);
  ASSERT_EQ(writer_->save(late).outcome, SaveOutcome::Saved);
  store::Batch early = zero.issue(kSeven, 3, UserId{1});
  early.changes = {a_change(kSeven, 1, 0)};
  ASSERT_EQ(writer_->save(early).outcome, SaveOutcome::Saved);
  store::Batch close = zero.next({0, 12});
  close.policies.push_back(a_policy(kSeven, 3));
  close.policies.back().state = PolicyState::Closed;
  close.lives = {a_used_coupon(kSeven, 3, "order-3"), a_used_coupon(kSeven, 1, "order-1")};
  close.coupon_changes = {a_use(kSeven, 3, "order-3", 3), a_use(kSeven, 1, "order-1", 4),
                          a_use(kSeven, 1, "order-2", 3)};
  close.listed = {{kSeven, UserId{6}, 1, 4}, {kSeven, UserId{4}, 2, 4}};
  close.imported_codes = some_codes(kSeven, 2, 1, 4);
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
  EXPECT_THAT(rows.lives, ElementsAre(close.lives[1], close.lives[0]));
  ASSERT_EQ(rows.coupon_changes.size(), 3u);
  EXPECT_EQ(rows.coupon_changes[0].change, close.coupon_changes[2]);
  EXPECT_EQ(rows.coupon_changes[1].change, close.coupon_changes[1]);
  EXPECT_EQ(rows.coupon_changes[2].change, close.coupon_changes[0]);
  EXPECT_EQ(rows.coupon_changes[2].partition, 0);
  EXPECT_EQ(rows.coupon_changes[2].era, 1);
  ASSERT_EQ(rows.listed.size(), 3u) << "includes the list of a closed policy";
  EXPECT_EQ(rows.listed[0].listed, close.listed[1]);
  EXPECT_EQ(rows.listed[1].listed, close.listed[0]);
  EXPECT_EQ(rows.listed[1].partition, 0);
  EXPECT_EQ(rows.listed[2].listed, late.listed[0]);
  EXPECT_EQ(rows.listed[2].partition, 2);
  EXPECT_EQ(rows.listed[2].era, 1);
  ASSERT_EQ(rows.imported_codes.size(), 3u);
  EXPECT_EQ(rows.imported_codes[0].code, close.imported_codes[0]);
  EXPECT_EQ(rows.imported_codes[1].code, close.imported_codes[1]);
  EXPECT_EQ(rows.imported_codes[2].code, late.imported_codes[0]);
  EXPECT_EQ(rows.imported_codes[2].partition, 2);
  EXPECT_EQ(rows.imported_codes[2].era, 1);
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
