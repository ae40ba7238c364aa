#include "issuer/issuer_test.h"

namespace firstcome::issuer {
namespace {

TEST_F(AnIssuer, OfAnEdgeThatDisagreesStopsThePartitionWithoutAHalt) {
  Issuer edge(0, log_, status_, {.saves = false});
  decide(4);
  edge.on_position(with_another_hash(2), at(0));
  EXPECT_EQ(status_.health, replica::Health::Stopped);
  EXPECT_NE(status_.reason().find("offset 2"), std::string::npos) << status_.reason();
  EXPECT_NE(status_.reason().find("0x0000000000000005"), std::string::npos) << status_.reason();
  EXPECT_NE(status_.reason().find("0x00000000000003ea"), std::string::npos) << status_.reason();
  for (int second = 1; second < 30; ++second) {
    const Issuer::Action action = edge.next(at(second));
    EXPECT_FALSE(std::holds_alternative<Issuer::Reload>(action)) << "it does not load the state of the store";
    EXPECT_FALSE(std::holds_alternative<Issuer::Halt>(action));
    edge.on_position(position_at(4), at(second));
  }
  EXPECT_EQ(status_.health, replica::Health::Stopped) << "later agreement does not undo it";
}

TEST_F(AnIssuer, OfAnEdgeThatDisagreedReloadsAfterAnOperatorLiftsTheHalt) {
  Issuer edge(0, log_, status_, {.saves = false});
  decide(4);
  edge.on_position(with_another_hash(2), at(0));
  auto halted = with_another_hash(2);
  halted.halted_reason = "the issuer has found it, too";
  edge.on_position(halted, at(1));
  EXPECT_EQ(status_.health, replica::Health::Halted);
  edge.on_position(with_another_hash(2), at(2));
  EXPECT_EQ(status_.health, replica::Health::Replaying);
  const Issuer::Action action = edge.next(at(2));
  ASSERT_TRUE(std::holds_alternative<Issuer::Reload>(action));
  EXPECT_EQ(std::get<Issuer::Reload>(action).prior, replica::PriorAnswers::Discard);
}

TEST_F(AnIssuer, HaltsAtOnceForAnotherHashAndDoesNotReload) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = with_another_hash(2)}, at(0));
  EXPECT_TRUE(status_.out_of_service()) << "at once, for this node";
  const auto halt = next<Issuer::Halt>(0);
  ASSERT_TRUE(halt);
  EXPECT_NE(halt->reason.find("audit"), std::string::npos) << halt->reason;
  issuer_.on_halted(Error{Error::Kind::Retryable, "down"}, at(1));
  ASSERT_TRUE(next<Issuer::Halt>(2)) << "again until it is stored";
  issuer_.on_halted(Done{}, at(2));
  auto halted = with_another_hash(2);
  halted.halted_reason = halt->reason;
  ASSERT_TRUE(next<Issuer::ReadPosition>(2));
  issuer_.on_position(halted, at(2));
  EXPECT_EQ(status_.health, replica::Health::Halted);
  EXPECT_FALSE(next<Issuer::Reload>(2));
}

TEST_F(AnIssuer, HaltsForAnotherHashAtTheSamePosition) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = with_another_hash(0)}, at(0));
  EXPECT_TRUE(next<Issuer::Halt>(0));
}

TEST_F(AnIssuer, HaltsForAConflictUntilAnOperatorLiftsTheHalt) {
  decide(4);
  begin(0);
  status_.set_caught_up(true);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Conflict, .error = {Error::Kind::Permanent, "coupon 7/1"}},
                   at(0));
  const auto halt = next<Issuer::Halt>(0);
  ASSERT_TRUE(halt);
  EXPECT_NE(halt->reason.find("coupon 7/1"), std::string::npos);
  issuer_.on_halted(Done{}, at(0));
  auto halted = position_at(0);
  halted.halted_reason = halt->reason;
  ASSERT_TRUE(next<Issuer::ReadPosition>(0));
  issuer_.on_position(halted, at(0));
  EXPECT_FALSE(next<Issuer::Save>(0.5));
  EXPECT_EQ(status_.health, replica::Health::Halted);
  read_position(0, 2);
  EXPECT_EQ(status_.health, replica::Health::Replaying) << "the rows may have been corrected";
  const auto reload = next<Issuer::Reload>(2);
  ASSERT_TRUE(reload);
  EXPECT_EQ(reload->prior, replica::PriorAnswers::Discard);
  EXPECT_TRUE(status_.out_of_service()) << "until the partition's thread has begun to reload";
  status_.reload_started();
  issuer_.on_reloaded();
  read_position(0, 2);
  EXPECT_TRUE(next<Issuer::Save>(2));
}

TEST_F(AnIssuer, HaltsForAnotherJournalAndSavesNothing) {
  decide(4);
  read_position(0, 0);
  ASSERT_TRUE(next<Issuer::CheckLog>(0));
  issuer_.on_log_checked(Error{Error::Kind::Permanent, "another log"}, at(0));
  EXPECT_EQ(status_.reason(), "another log");
  const auto halt = next<Issuer::Halt>(0);
  ASSERT_TRUE(halt);
  EXPECT_EQ(halt->reason, "another log");
  issuer_.on_halted(Error{Error::Kind::Retryable, "down"}, at(0));
  ASSERT_TRUE(next<Issuer::Halt>(1)) << "again until it is stored";
  issuer_.on_halted(Done{}, at(1));
  read_position(0, 1);
  for (int second = 2; second < 30; ++second) {
    EXPECT_FALSE(next<Issuer::Save>(second)) << "although the row has no halt reason";
    read_position(0, second);
  }
}

TEST_F(AnIssuer, HaltsForAContradictionFoundByThePartitionsThread) {
  decide(4);
  begin(0);
  status_.contradict("rows do not add up");
  ASSERT_TRUE(next<Issuer::Halt>(0));
  issuer_.on_halted(Done{}, at(0));
  EXPECT_TRUE(next<Issuer::ReadPosition>(0));
}

TEST_F(AnIssuer, OfAnEdgeStopsThePartitionForAnotherJournalWithoutAHalt) {
  Issuer edge(0, log_, status_, {.saves = false});
  status_.contradict("another log");
  edge.on_position(position_at(0), at(0));
  EXPECT_FALSE(std::holds_alternative<Issuer::Halt>(edge.next(at(0))));
  EXPECT_EQ(status_.health, replica::Health::Stopped);
}

}  // namespace
}  // namespace firstcome::issuer
