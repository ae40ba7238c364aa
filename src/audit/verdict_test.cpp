#include "audit/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/kits/audit/audit_fixture.h"

namespace firstcome::audit {
namespace {

/// Policy 7 has three coupons, saved; `verdict` is that of its home.
class VerdictTest : public testing::Test {
 protected:
  VerdictTest() {
    fixture_.create(kSeven, 3);
    for (std::int64_t user = 41; user <= 44; ++user) fixture_.issue(UserId{user}, kSeven);
    fixture_.save();
  }
  Verdict verdict() { return fixture_.audit().partitions.at(static_cast<std::size_t>(home_)).verdict; }
  store::Position& position() { return fixture_.tables().positions.at(home_); }
  Coupon& coupon(std::int64_t sequence) { return fixture_.tables().coupons.at({kSeven, sequence}).coupon; }

  static constexpr PolicyId kSeven{7};
  AuditFixture fixture_;
  const Partition home_ = AuditFixture::home_of(kSeven);
};

TEST_F(VerdictTest, AStoreThatFollowsItsJournalAgrees) { EXPECT_EQ(verdict(), Verdict::Agree); }

TEST_F(VerdictTest, TheNodeIsWrongIfTheHaltedPartitionAgrees) {
  position().halted_reason = "another state hash";
  EXPECT_EQ(verdict(), Verdict::Node);
}

TEST_F(VerdictTest, RowsWithTheRightHashWereChangedLater) {
  coupon(2).user = UserId{99};
  EXPECT_EQ(verdict(), Verdict::Rows);
  position().halted_reason = "wrong rows";
  EXPECT_EQ(verdict(), Verdict::Rows);
}

TEST_F(VerdictTest, AWrongHashAloneWasChangedLater) {
  position().state.state_hash ^= 1;
  EXPECT_EQ(verdict(), Verdict::Rows);
}

TEST_F(VerdictTest, AWrongCodeAloneWasChangedLater) {
  fixture_.tables().batches.begin()->second.codes.front() ^= 1;
  fixture_.tables().batches.rbegin()->second.codes.front() ^= 1;
  EXPECT_EQ(verdict(), Verdict::Rows);
}

TEST_F(VerdictTest, OtherRowsWithAnotherHashAreOtherDecisions) {
  coupon(2).user = UserId{99};
  position().state.state_hash ^= 1;
  EXPECT_EQ(verdict(), Verdict::Decisions);
}

TEST_F(VerdictTest, AnotherChecksumIsAnotherJournal) {
  position().checksum ^= 1;
  EXPECT_EQ(verdict(), Verdict::Journal);
}

TEST_F(VerdictTest, AWrongPositionAloneWasChangedLater) {
  position().next_offset += 10;
  EXPECT_EQ(verdict(), Verdict::Rows);
}

TEST_F(VerdictTest, CodesAfterTheEndMeanThatTheJournalLostItsEnd) {
  fixture_.tables().batches.at({1, home_, 4}).codes.resize(100);
  EXPECT_EQ(verdict(), Verdict::Journal);
}

TEST_F(VerdictTest, EveryVerdictExceptAgreeHasAdvice) {
  EXPECT_EQ(advice(Verdict::Agree, 1, false), "");
  for (const Verdict one :
       {Verdict::Node, Verdict::Rows, Verdict::Decisions, Verdict::Journal, Verdict::NotJudged}) {
    EXPECT_THAT(advice(one, 1, true), testing::StartsWith("partition 1: ")) << name_of(one);
  }
  EXPECT_THAT(advice(Verdict::Rows, 1, true),
              testing::HasSubstr("store unhalt --partition 1 --trust journal"));
  EXPECT_THAT(advice(Verdict::Rows, 1, false), testing::HasSubstr("store rebuild --partition 1"));
}

}  // namespace
}  // namespace firstcome::audit
