#include "audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "test/kits/audit/audit_fixture.h"

namespace firstcome::audit {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = PolicyCommand::Kind;

constexpr PolicyId kSeven{7};

/// Policy 7: five coupons, one loser, a pause; users 41 to 46, at the offsets 1 to 6 of its home.
class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    fixture_.create(kSeven, 5);
    for (std::int64_t user = 41; user <= 46; ++user) fixture_.issue(UserId{user}, kSeven);
    fixture_.command(Kind::Pause, kSeven);
    fixture_.issue(UserId{47}, kSeven);
    fixture_.save(3);
  }
  std::vector<std::string> differences() { return fixture_.differences(); }
  store::CouponRow& coupon(std::int64_t sequence) { return fixture_.tables().coupons.at({kSeven, sequence}); }
  store::BatchRow& batch(Offset first_offset) {
    return fixture_.tables().batches.at({1, home_, first_offset});
  }
  store::Position& position() { return fixture_.tables().positions.at(home_); }

  AuditFixture fixture_;
  const Partition home_ = AuditFixture::home_of(kSeven);
  const std::string at_home_ = "partition " + std::to_string(home_);
};

TEST_F(AuditTest, AStoreThatFollowsItsJournalIsClean) {
  const Report report = fixture_.audit();
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.coupons, 5);
  EXPECT_EQ(report.policies, 1);
  EXPECT_EQ(report.changes, 2);
  EXPECT_EQ(report.batches, 3);
  EXPECT_THAT(report.notes, IsEmpty());
  ASSERT_THAT(report.partitions, SizeIs(AuditFixture::kPartitions));
  const PartitionReport& partition = report.partitions[static_cast<std::size_t>(home_)];
  EXPECT_EQ(partition.records, 9);
  EXPECT_EQ(partition.compared_to, 9);
  EXPECT_EQ(partition.not_yet_saved(), 0);
}

TEST_F(AuditTest, UnsavedRecordsAreCountedAndNoDifference) {
  fixture_.issue(UserId{48}, kSeven);
  fixture_.command(Kind::Resume, kSeven);
  const Report report = fixture_.audit();
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.partitions[static_cast<std::size_t>(home_)].not_yet_saved(), 2);
}

TEST_F(AuditTest, ACouponOfAnotherUserIsFound) {
  coupon(3).coupon.user = UserId{99};
  EXPECT_THAT(differences(),
              ElementsAre("policy 7: coupon 3 belongs to user 43 in the journal, user 99 in the store"));
}

TEST_F(AuditTest, ADeletedCouponIsFound) {
  fixture_.tables().coupons.erase({kSeven, 3});
  EXPECT_THAT(differences(), ElementsAre("policy 7: coupon 3 of user 43 is missing in the store"));
}

TEST_F(AuditTest, AnAddedCouponIsFoundWithAnySequence) {
  store::CouponRow added = coupon(5);
  for (const std::int64_t sequence : {0, 6}) {
    added.coupon.sequence = sequence;
    added.coupon.user = UserId{99};
    fixture_.tables().coupons[{kSeven, sequence}] = added;
  }
  added.coupon.policy = PolicyId{8};
  fixture_.tables().coupons[{PolicyId{8}, 1}] = added;
  EXPECT_THAT(differences(), testing::UnorderedElementsAre(
                                 "policy 7: coupon 0 of user 99 is in the store, but not in the journal",
                                 "policy 7: coupon 6 of user 99 is in the store, but not in the journal",
                                 "policy 8: coupon 6 of user 99 is in the store, but not in the journal"));
}

TEST_F(AuditTest, TheTimeOffsetAndOrdinalOfACouponAreCompared) {
  coupon(1).coupon.issued_at += milliseconds{1};
  coupon(2).coupon.offset += 1;
  coupon(3).partition = 1 - home_;
  coupon(4).coupon.user_ordinal = 2;
  coupon(5).era = 2;
  EXPECT_THAT(
      differences(),
      ElementsAre(AllOf(HasSubstr("coupon 1 was issued at 2027-01-15T08:00:00.002Z in the journal")),
                  HasSubstr("coupon 2 comes from era 1, " + at_home_ + ", offset 2 in the journal, era 1, " +
                            at_home_ + ", offset 3 in the store"),
                  HasSubstr("coupon 3 comes from"), HasSubstr("coupon 4 has the user ordinal 1"),
                  HasSubstr("coupon 5 comes from")));
}

TEST_F(AuditTest, AWrongCountIsFound) {
  fixture_.tables().policies.at(kSeven).active_count = 4;
  EXPECT_THAT(differences(), ElementsAre("policy 7: activeCount is 5 in the journal, 4 in the store"));
  fixture_.tables().policies.at(kSeven).issued_count = 6;
  EXPECT_THAT(differences(), Contains("policy 7: issuedCount is 5 in the journal, 6 in the store"));
}

TEST_F(AuditTest, EveryColumnOfAPolicyIsCompared) {
  Policy& policy = fixture_.tables().policies.at(kSeven);
  policy.name = "another";
  policy.max_count = 6;
  policy.issued_count = 6;
  policy.per_user_limit = 2;
  policy.issue_starts_at = policy.issue_ends_at = policy.valid_from = policy.valid_until =
      AuditFixture::kBegin;
  policy.state = PolicyState::Active;
  policy.revision = 9;
  policy.coupons_hash ^= 1;
  policy.used_count = 1;
  policy.cancelled_count = 1;
  policy.valid_for = milliseconds{5};
  policy.on_cancel = OnCancel::Keep;
  policy.reissue = true;
  policy.codes = CodeKind::Generated;
  policy.code_prefix = "NOON";
  policy.create_key = "a key";
  policy.newest_issued_at = {};
  policy.eligible = Eligible::Listed;
  policy.listed_count = 5;
  policy.code_count = 3;
  const auto found = differences();
  EXPECT_THAT(found, SizeIs(23));
  EXPECT_THAT(found, Contains("policy 7: state is PAUSED in the journal, ACTIVE in the store"));
  EXPECT_THAT(
      found, Contains("policy 7: issueEndsAt is none in the journal, 2027-01-15T08:00:00.000Z in the store"));
}

TEST_F(AuditTest, ADeletedAndAnAddedPolicyAreFound) {
  fixture_.tables().policies[PolicyId{9}] = fixture_.tables().policies.at(kSeven);
  fixture_.tables().policies.erase(kSeven);
  fixture_.tables().policies.at(PolicyId{9}).id = PolicyId{9};
  EXPECT_THAT(differences(),
              testing::UnorderedElementsAre("policy 7 'Policy 7' is missing in the store",
                                            "policy 9 'Policy 7' is in the store, but not in the journal"));
}

TEST_F(AuditTest, ChangesAreComparedRowByRow) {
  auto& changes = fixture_.tables().changes;
  changes[{kSeven, 3}] = changes.at({kSeven, 2});
  changes.at({kSeven, 3}).change.revision = 3;
  changes.at({kSeven, 2}).change.who = "another";
  changes.at({kSeven, 2}).change.command = "{}";
  changes.erase({kSeven, 1});
  EXPECT_THAT(
      differences(),
      ElementsAre("policy 7: revision 1 (create) is missing in the store",
                  AllOf(HasSubstr("revision 2: the command is {\"command\":\"pause\""), HasSubstr(", {} in")),
                  "policy 7: revision 2: the operator is 'operator' in the journal, 'another' in the store",
                  "policy 7: revision 3 by 'operator' is in the store, but not in the journal"));
}

TEST_F(AuditTest, AChangedCodeIsFoundAndACodeThatNoVersionWrites) {
  batch(3).codes[1] = static_cast<std::uint8_t>(Code::SoldOut);
  batch(6).codes[0] = 99;
  EXPECT_THAT(
      differences(),
      ElementsAre(at_home_ + ": the code at offset 4 is SUCCESS in the journal, SOLD_OUT in the store",
                  at_home_ + ": the code at offset 6 is SOLD_OUT in the journal, code 99 in the store"));
}

TEST_F(AuditTest, ALostBatchIsFoundAtAnyOffset) {
  for (const Offset first : {0, 3, 6}) {
    const store::BatchRow lost = batch(first);
    fixture_.tables().batches.erase({1, home_, first});
    EXPECT_THAT(differences(), ElementsAre(at_home_ + ": offsets " + std::to_string(first) + " to " +
                                           std::to_string(first + 2) + " are in no batch of the store"));
    fixture_.tables().batches[{1, home_, first}] = lost;
  }
}

TEST_F(AuditTest, AnExtraBatchIsFound) {
  store::BatchRow added = batch(3);
  added.first_offset = 4;
  fixture_.tables().batches[{1, home_, 4}] = added;
  EXPECT_THAT(differences(),
              Contains(HasSubstr("the batch at offset 4 begins before the end of the batch before it")));
  fixture_.tables().batches.erase({1, home_, 4});
  added.era = 2;
  fixture_.tables().batches[{2, home_, 4}] = added;
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr("journal_batch has 1 row with an era after the era of the data")));
}

TEST_F(AuditTest, TheStateAtTheEndOfABatchIsCompared) {
  PartitionState& state = batch(3).after;
  state.clock += milliseconds{1};
  state.rules = 2;
  state.origin_marks = {{1, 5}};
  state.state_hash ^= 1;
  const std::string where = at_home_ + ": at the end of the batch of offsets 3 to 5 ";
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr(where + "the clock is"), HasSubstr(where + "the rules version is 1"),
                          HasSubstr(where + "the origin marks are none in the journal, 1:5"),
                          HasSubstr(where + "the state hash is")));
}

TEST_F(AuditTest, TheStateAtThePositionIsCompared) {
  position().state.clock += milliseconds{1};
  position().state.state_hash ^= 1;
  EXPECT_THAT(differences(), ElementsAre(HasSubstr("at the position, offset 9, the clock is"),
                                         HasSubstr("at the position, offset 9, the state hash is")));
}

TEST_F(AuditTest, APositionThatWasSetBackIsFoundAndTheRowsAfterItAreNotReported) {
  position().next_offset = 6;
  position().state = batch(3).after;
  EXPECT_THAT(differences(),
              ElementsAre(at_home_ + ": the position is offset 6, but the batches of the store end at 9",
                          HasSubstr("does not have the saved checksum")));
}

TEST_F(AuditTest, APositionAfterTheEndOfTheJournalIsFound) {
  position().next_offset = 12;
  EXPECT_THAT(differences(),
              ElementsAre(at_home_ + ": the store has saved up to offset 12, but the journal ends at 9",
                          at_home_ + ": offsets 9 to 11 are in no batch of the store"));
}

TEST_F(AuditTest, TheOtherColumnsOfThePositionAreCompared) {
  position().checksum ^= 1;
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr("the record at offset 8, before the position, does not have")));
  position().has_checksum = false;
  EXPECT_THAT(differences(), ElementsAre(HasSubstr("has no checksum")));
  fixture_.tables().positions.erase(home_);
  EXPECT_THAT(differences(), ElementsAre(at_home_ + " has no row in journal_position"));
}

TEST_F(AuditTest, RowsOfAPartitionThatTheJournalDoesNotHaveAreFound) {
  fixture_.tables().positions[5] = position();
  fixture_.tables().positions[5].partition = 5;
  EXPECT_THAT(differences(),
              ElementsAre("the store has rows of partition 5, but the journal has 2 partitions"));
}

TEST_F(AuditTest, AStoreOfAnotherJournalIsFoundAndNothingElseIsCompared) {
  fixture_.tables().settings.journal_identity = "another";
  coupon(1).coupon.user = UserId{99};
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr("filled from journal another, but this journal is simulated")));
}

TEST_F(AuditTest, AHaltIsNotedAndNoDifference) {
  position().halted_reason = "rows were changed by hand";
  const Report report = fixture_.audit();
  EXPECT_TRUE(report.clean());
  EXPECT_THAT(report.notes, ElementsAre(at_home_ + " is halted: rows were changed by hand"));
}

TEST_F(AuditTest, AllDifferencesAreCountedButOnlyTheFirstAreKept) {
  for (std::int64_t sequence = 1; sequence <= 5; ++sequence) coupon(sequence).coupon.user.value += 100;
  const Report report = fixture_.audit(2);
  EXPECT_THAT(report.differences.kept(), SizeIs(2));
  EXPECT_EQ(report.differences.count(), 5);
}

TEST_F(AuditTest, TheLivesOfCouponsAreComparedAndTheirHistory) {
  fixture_.coupon_command(CouponCommand::Kind::Use, kSeven, 2, 17);
  fixture_.coupon_command(CouponCommand::Kind::Reserve, kSeven, 3, 18);
  fixture_.coupon_command(CouponCommand::Kind::Cancel, kSeven, 4, 19);
  fixture_.coupon_command(CouponCommand::Kind::Use, kSeven, 5, 20);
  fixture_.save();
  EXPECT_THAT(differences(), IsEmpty());
  store::Tables& tables = fixture_.tables();
  const store::Tables was = tables;

  tables.lives.erase({kSeven, 2});
  tables.lives.at({kSeven, 3}).held_until += milliseconds{1};
  tables.lives.at({kSeven, 4}).state = CouponState::Issued;
  tables.lives.at({kSeven, 5}).references.front().text = "order-21";
  tables.lives[{kSeven, 6}] = tables.lives.at({kSeven, 5});
  tables.lives.at({kSeven, 6}).sequence = 6;
  EXPECT_THAT(differences(),
              ElementsAre("policy 7: coupon 2 is USED in the journal, ISSUED in the store",
                          HasSubstr("policy 7: coupon 3 (RESERVED): its hold, its references"),
                          "policy 7: coupon 4 is CANCELLED in the journal, ISSUED in the store",
                          HasSubstr("policy 7: coupon 5 (USED): its hold, its references"),
                          HasSubstr("the life of coupon 6 is in the store, but the coupon is not")));
  tables = was;

  auto& changes = tables.coupon_changes;
  const auto key = [&](std::int64_t sequence) {
    return std::tuple{kSeven, sequence, Era{1}, Offset{sequence + 7}};
  };
  ASSERT_EQ(changes.size(), 4U);
  ASSERT_TRUE(changes.contains(key(2)));
  changes[{kSeven, 1, 1, 3}] = changes.at(key(2));
  changes.at({kSeven, 1, 1, 3}).change.sequence = 1;
  changes.at({kSeven, 1, 1, 3}).change.offset = 3;
  changes.erase(key(2));
  changes.at(key(3)).change.kind = CouponCommand::Kind::Use;
  changes.at(key(4)).change.reason = "another";
  changes.at(key(5)).change.reference = "order-21";
  EXPECT_THAT(
      differences(),
      ElementsAre(
          "policy 7: coupon 2: use of 'order-17' at era 1, offset 9 is missing in the store",
          HasSubstr("coupon 3: reserve of 'order-18' at era 1, offset 10: the command is reserve in the "
                    "journal, use in the store"),
          HasSubstr("coupon 4: cancel of 'order-19' at era 1, offset 11: the hash of reason and operator"),
          HasSubstr("the reference is 'order-20' in the journal, 'order-21' in the store"),
          "policy 7: coupon 1: use of 'order-17' at era 1, offset 3 is in the store, but not in the journal"));
}

TEST_F(AuditTest, TheListsOfEligibleUsersAreCompared) {
  constexpr PolicyId kNine{9};
  fixture_.create_for_list(kNine, 5);
  fixture_.list_chunk(kNine, 1, {31, 32, 31, 33});
  fixture_.list_chunk(kNine, 5, {32, 34});
  fixture_.list_chunk(kNine, 7, {34, 31});
  fixture_.issue(UserId{35}, kNine);
  fixture_.issue(UserId{34}, kNine);
  fixture_.save();
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(fixture_.audit().listed_users, 4);

  auto& listed = fixture_.tables().listed;
  const auto row = [&](std::int64_t user) -> auto& { return listed.at({kNine, UserId{user}}); };
  EXPECT_EQ(row(34).listed.number, 6);
  listed[{kNine, UserId{30}}] = row(31);
  row(30).listed.user = UserId{30};
  listed[{kSeven, UserId{30}}] = row(31);
  listed.at({kSeven, UserId{30}}).listed = {kSeven, UserId{30}, 1, 2};
  listed.erase({kNine, UserId{31}});
  row(32).listed.number = 3;
  row(33).listed.offset += 1;
  row(34).partition = 1 - row(34).partition;
  EXPECT_THAT(differences(), testing::UnorderedElementsAre(
                                 "policy 9: eligible user 31 is missing in the store",
                                 "policy 9: eligible user 32 has number 2 in the journal, 3 in the store",
                                 HasSubstr("policy 9: eligible user 33 comes from era 1, "),
                                 HasSubstr("policy 9: eligible user 34 comes from era 1, "),
                                 "policy 9: eligible user 30 is in the store, but not in the journal",
                                 "policy 7: eligible user 30 is in the store, but not in the journal"));
}

TEST_F(AuditTest, TheImportedCodesAreCompared) {
  constexpr PolicyId kNine{9};
  fixture_.create_for_codes(kNine);
  fixture_.code_chunk(kNine, 1, {"A", "B"});
  fixture_.code_chunk(kNine, 3, {"C", "B"});
  fixture_.code_chunk(kNine, 3, {"C", "D"});
  fixture_.save();
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(fixture_.audit().imported_codes, 4);

  auto& codes = fixture_.tables().imported_codes;
  codes[{kNine, 5}] = codes.at({kNine, 4});
  codes.at({kNine, 5}).code.sequence = 5;
  codes.erase({kNine, 1});
  codes.at({kNine, 2}).code.code = "X";
  codes.at({kNine, 3}).code.offset += 1;
  EXPECT_THAT(differences(),
              testing::UnorderedElementsAre(
                  "policy 9: the code of sequence 1 is missing in the store",
                  "policy 9: the code of sequence 2 is another one in the store than in the journal",
                  HasSubstr("policy 9: the code of sequence 3 comes from era 1, "),
                  "policy 9: the code of sequence 5 is in the store, but not in the journal"));
}

// --- retention has removed the beginning of the journal -------------------------------------------------

TEST_F(AuditTest, AfterRetentionTheComparisonBeginsAtTheEndOfTheFirstBatch) {
  fixture_.journal().remove_before(home_, 4);
  const Report report = fixture_.audit();
  EXPECT_TRUE(report.clean());
  const PartitionReport& partition = report.partitions[static_cast<std::size_t>(home_)];
  EXPECT_EQ(partition.journal_start, 4);
  EXPECT_EQ(partition.compared_from, 6);
  EXPECT_EQ(partition.records, 3);
  fixture_.tables().policies.at(kSeven).active_count = 4;
  batch(6).codes[0] = static_cast<std::uint8_t>(Code::Success);
  EXPECT_THAT(differences(), SizeIs(2));
}

TEST_F(AuditTest, AfterRetentionAChangedOlderRowDoesNotHaveTheSavedHash) {
  fixture_.journal().remove_before(home_, 3);
  const auto damaged = HasSubstr("the rows of the store before offset 3 do not have the hash");
  coupon(1).coupon.user = UserId{99};
  EXPECT_THAT(differences(), Contains(damaged));
  coupon(1).coupon.user = UserId{41};
  EXPECT_THAT(differences(), IsEmpty());
  fixture_.tables().changes.at({kSeven, 1}).change.command = "{}";
  EXPECT_THAT(differences(), Contains(damaged));
}

TEST_F(AuditTest, AfterRetentionAStateOfUnknownRulesIsNoStart) {
  fixture_.journal().remove_before(home_, 4);
  batch(3).after.rules = kNewestRules + 1;
  const auto report = fixture_.try_audit();
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message, HasSubstr("offset 6: the journal continues with rules version 2"));
}

TEST_F(AuditTest, IfTheJournalHasNoSavedRecordTheStoreIsComparedByItsHash) {
  fixture_.journal().remove_before(home_, 9);
  const Report report = fixture_.audit();
  EXPECT_TRUE(report.clean());
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("retention has removed the record before the position")));
  fixture_.tables().policies.at(kSeven).max_count = 6;
  EXPECT_THAT(differences(), ElementsAre("policy 7: maxCount is 5 in the journal, 6 in the store"));
}

TEST_F(AuditTest, RecordsThatRetentionRemovedBeforeTheyWereSavedAreReported) {
  for (int i = 0; i < 4; ++i) fixture_.issue(UserId{50}, kSeven);
  fixture_.journal().remove_before(home_, 11);
  EXPECT_THAT(differences(), ElementsAre(HasSubstr("removed before they were saved")));
}

// --- any history ------------------------------------------------------------------------------

TEST(AuditOfAnyHistory, IsCleanFromAnyStartThatRetentionLeaves) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    AuditFixture fixture;
    if (seed % 2 == 0) fixture.store().extend_batches_up_to(32);  // saves share rows
    fixture.append_random_records(seed, 400);
    ASSERT_THAT(fixture.differences(), IsEmpty()) << "seed " << seed;
    std::mt19937_64 chance(seed);
    for (Offset start = 0; start < 150; start += 1 + static_cast<Offset>(chance() % 40)) {
      for (Partition partition = 0; partition < AuditFixture::kPartitions; ++partition) {
        fixture.journal().remove_before(partition, std::min(start, fixture.journal().next_offset(partition)));
      }
      ASSERT_THAT(fixture.differences(), IsEmpty()) << "seed " << seed << ", from " << start;
    }
  }
}

TEST(AuditOfAnyHistory, FindsEveryDeletedRow) {
  AuditFixture fixture;
  fixture.append_random_records(7, 400);
  auto& tables = fixture.tables();
  const auto finds = [&](auto& rows) {
    for (auto row = rows.begin(); row != rows.end();) {
      const auto removed = *row;
      row = rows.erase(row);
      EXPECT_THAT(fixture.differences(), Not(IsEmpty()));
      rows.insert(removed);
    }
  };
  finds(tables.coupons);
  ASSERT_THAT(tables.lives, Not(IsEmpty()));
  finds(tables.lives);
  finds(tables.coupon_changes);
  ASSERT_THAT(tables.listed, Not(IsEmpty()));
  finds(tables.listed);
  ASSERT_THAT(tables.imported_codes, Not(IsEmpty()));
  finds(tables.imported_codes);
  finds(tables.policies);
  finds(tables.changes);
  finds(tables.batches);
  finds(tables.positions);
  EXPECT_THAT(fixture.differences(), IsEmpty());
}

}  // namespace
}  // namespace firstcome::audit
