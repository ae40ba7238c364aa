#include "issuer/issuer.h"

#include <gtest/gtest.h>

namespace firstcome::issuer {
namespace {

using std::chrono::seconds;

/// An issuer with generated decisions: the hash before offset o is 1000 + o.
class AnIssuer : public testing::Test {
 protected:
  AnIssuer() {
    log_.reset(position_at(0));
    issuer_.set_owner(true);
  }

  static store::Position position_at(Offset offset) {
    store::Position position;
    position.next_offset = offset;
    position.state.state_hash = 1000 + static_cast<std::uint64_t>(offset);
    return position;
  }

  static store::Position with_another_hash(Offset offset) {
    store::Position position = position_at(offset);
    position.state.state_hash = 5;
    return position;
  }

  void decide(Offset records, bool relay = false) {
    auto chunk = std::make_shared<replica::Chunk>();
    chunk->first = log_.end();
    chunk->hash_before = 1000 + static_cast<std::uint64_t>(chunk->first);
    for (Offset o = chunk->first; o < chunk->first + records; ++o) {
      chunk->codes.push_back(static_cast<std::uint8_t>(Code::SoldOut));
      chunk->hashes.push_back(1000 + static_cast<std::uint64_t>(o) + 1);
      if (relay) chunk->relays.push_back({.offset = o});
    }
    chunk->state.state_hash = chunk->hashes.back();
    log_.append(chunk);
  }

  Now at(double second) {
    return {from_millis(0), Instant{} + std::chrono::duration_cast<Instant::duration>(
                                            std::chrono::duration<double>(1000 + second))};
  }
  template <class Wanted>
  std::optional<Wanted> next(double second) {
    Issuer::Action action = issuer_.next(at(second));
    auto* wanted = std::get_if<Wanted>(&action);
    return wanted ? std::optional<Wanted>(std::move(*wanted)) : std::nullopt;
  }
  void read_position(Offset offset, double second) {
    ASSERT_TRUE(next<Issuer::ReadPosition>(second));
    issuer_.on_position(position_at(offset), at(second));
  }
  /// Reads the position, and skips the first comparison of the journal.
  void begin(Offset offset) {
    read_position(offset, 0);
    ASSERT_TRUE(next<Issuer::CheckLog>(0));
    issuer_.on_log_checked(Done{}, at(0));
  }
  /// Not the owner; four decided records wait for ten seconds without progress.
  void see_no_progress() {
    issuer_.set_owner(false);
    read_position(0, 0);
    decide(4);
    EXPECT_TRUE(next<Issuer::Nothing>(0.5));
    for (int second = 1; second < 10; ++second) read_position(0, second + 0.01 * second);
  }

  replica::DecidedLog log_{0, 1000};
  replica::PartitionStatus status_;
  Issuer issuer_{0, log_, status_, {.batch_records = 100, .linger = milliseconds{0}}};
};

TEST_F(AnIssuer, ReadsThePositionAndSavesFromThere) {
  decide(4);
  decide(4);
  begin(4);
  const auto save = next<Issuer::Save>(0);
  ASSERT_TRUE(save);
  EXPECT_EQ(save->batch.first_offset, 4);
  EXPECT_EQ(save->batch.hash_before, 1004U);
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(0));
  EXPECT_EQ(log_.saved(), 8);
  EXPECT_TRUE(next<Issuer::Nothing>(0));
}

TEST_F(AnIssuer, ContinuesAfterWhatAnotherNodeHasSaved) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  decide(4);
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = position_at(3)}, at(0));
  const auto save = next<Issuer::Save>(0);
  ASSERT_TRUE(save);
  EXPECT_EQ(save->batch.first_offset, 3);
}

TEST_F(AnIssuer, ReadsThePositionAfterALostReplyToCommit) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Unknown}, at(0));
  EXPECT_TRUE(next<Issuer::Nothing>(0)) << "after a moment";
  read_position(4, 1);
  EXPECT_FALSE(next<Issuer::Save>(1)) << "it was committed";
}

TEST_F(AnIssuer, OfAnOldEraStopsWithoutSavingOrHalting) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  store::Position new_era;
  new_era.era = 2;
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = new_era}, at(0));
  EXPECT_EQ(status_.health, replica::Health::Stopped);
  EXPECT_NE(status_.reason().find("the store is in era 2"), std::string::npos) << status_.reason();
  for (double second = 0; second < 30; second += 0.5) {
    EXPECT_FALSE(next<Issuer::Save>(second)) << second;
    EXPECT_FALSE(next<Issuer::Halt>(second)) << second;
    if (next<Issuer::ReadPosition>(second)) issuer_.on_position(new_era, at(second));
  }
}

TEST(AnIssuerOfALaterEra, ContinuesIfItReadsThePositionBeforeThePartitionIsLoaded) {
  replica::DecidedLog log(0, 10);
  replica::PartitionStatus status;
  Issuer issuer(0, log, status, {});
  store::Position position;
  position.era = 2;
  issuer.on_position(position, Now{from_millis(0), Instant{}});
  EXPECT_NE(status.health, replica::Health::Stopped);
}

TEST_F(AnIssuer, DoublesThePauseBetweenRetries) {
  decide(4);
  begin(0);
  double second = 0;
  for (const double pause : {0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0}) {
    ASSERT_TRUE(next<Issuer::Save>(second));
    issuer_.on_saved({.outcome = store::SaveOutcome::Failed, .error = {Error::Kind::Retryable, "down"}},
                     at(second));
    EXPECT_TRUE(next<Issuer::Nothing>(second + pause - 0.001)) << pause;
    second += pause + 0.001;
  }
}

TEST_F(AnIssuer, TakesOverAfterTenSecondsWithoutProgress) {
  see_no_progress();
  const auto save = next<Issuer::Save>(11);
  ASSERT_TRUE(save) << "ten seconds without progress of the owner";
  EXPECT_TRUE(issuer_.has_taken_over());
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(11));
}

TEST_F(AnIssuer, SavesAPartitionItHasTakenOverUntilAnotherNodeSavesIt) {
  see_no_progress();
  ASSERT_TRUE(next<Issuer::Save>(11));
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(11));
  decide(4);
  ASSERT_TRUE(next<Issuer::Save>(11.5)) << "at once: the owner still makes no progress";
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = position_at(6)}, at(11.5));
  EXPECT_FALSE(next<Issuer::Save>(11.6)) << "the owner saves again";
  EXPECT_FALSE(issuer_.has_taken_over());
}

TEST_F(AnIssuer, DoesNotTakeOverWhileTheDatabaseIsDown) {
  issuer_.set_owner(false);
  read_position(0, 0);
  decide(4);
  EXPECT_TRUE(next<Issuer::Nothing>(0.5));
  double second = 1.1;
  for (; second < 60; second += 6) {
    ASSERT_TRUE(next<Issuer::ReadPosition>(second)) << second;
    issuer_.on_position(Error{Error::Kind::Retryable, "down"}, at(second));
  }
  read_position(0, second);
  EXPECT_FALSE(next<Issuer::Save>(second)) << "its owner may be saving now";
  EXPECT_FALSE(issuer_.has_taken_over());
}

TEST_F(AnIssuer, ContinuesSavingWhileTheJournalCannotBeCompared) {
  decide(4);
  read_position(0, 0);
  ASSERT_TRUE(next<Issuer::CheckLog>(0));
  issuer_.on_log_checked(Error{Error::Kind::Retryable, "no leader"}, at(0));
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(0));
  EXPECT_TRUE(next<Issuer::CheckLog>(6)) << "and the comparison is retried soon";
}

TEST_F(AnIssuer, OfAnEdgeNeverSaves) {
  Issuer edge(0, log_, status_, {.saves = false});
  decide(4);
  for (int second = 0; second < 30; ++second) {
    const Issuer::Action action = edge.next(at(second));
    ASSERT_TRUE(std::holds_alternative<Issuer::ReadPosition>(action)) << second;
    edge.on_position(position_at(0), at(second));
    EXPECT_TRUE(std::holds_alternative<Issuer::Nothing>(edge.next(at(second))));
  }
  edge.hurry();
  EXPECT_TRUE(edge.finished()) << "other nodes save";
}

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

TEST_F(AnIssuer, ComparesALaterPositionOnceItHasDecidedThatFar) {
  decide(2);
  begin(0);
  EXPECT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Moved, .position = with_another_hash(4)}, at(0));
  EXPECT_EQ(status_.contradiction(), "") << "it has not decided that far";
  decide(4);
  ASSERT_TRUE(next<Issuer::Halt>(1));
}

TEST_F(AnIssuer, FinishesOnceEverythingDecidedBeforeHurryIsSaved) {
  decide(4);
  begin(0);
  issuer_.hurry();
  EXPECT_FALSE(issuer_.finished());
  ASSERT_TRUE(next<Issuer::Save>(0));
  decide(4);
  EXPECT_FALSE(issuer_.finished()) << "a save is running";
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(0));
  EXPECT_TRUE(issuer_.finished());
}

TEST_F(AnIssuer, SavesATakenOverPartitionWithoutWaitingBetweenBatches) {
  see_no_progress();
  ASSERT_TRUE(next<Issuer::Save>(11));
  decide(4);  // while the save is running
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(11));
  EXPECT_TRUE(next<Issuer::Save>(11));
}

TEST_F(AnIssuer, DropsSavedDecisionsOnlyAfterReadingThePositionAgain) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(0));
  // The database goes down and stays away for longer than saved decisions are kept.
  ASSERT_TRUE(next<Issuer::ReadPosition>(2));
  issuer_.on_position(Error{Error::Kind::Retryable, "down"}, at(8));
  EXPECT_TRUE(next<Issuer::Nothing>(8));
  EXPECT_EQ(log_.begin(), 0) << "it may come back without its last commit";
  read_position(0, 9);
  EXPECT_TRUE(next<Issuer::Save>(9)) << "and no reload is needed";
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

TEST_F(AnIssuer, RelaysBeforeItSavesAndContinuesAfterTheLastAcknowledgedRelay) {
  decide(4, true);
  begin(0);
  auto relay = next<Issuer::RelayRecords>(0);
  ASSERT_TRUE(relay);
  EXPECT_EQ(relay->relays.size(), 4U);
  issuer_.on_relayed(3, at(0));
  relay = next<Issuer::RelayRecords>(1);
  ASSERT_TRUE(relay);
  ASSERT_EQ(relay->relays.size(), 1U);
  EXPECT_EQ(relay->relays[0].offset, 3);
  issuer_.on_relayed(1, at(1));
  EXPECT_TRUE(next<Issuer::Save>(1));
}

TEST_F(AnIssuer, ReloadsIfThePositionIsBeforeTheTail) {
  log_.reset(position_at(10));
  decide(4);
  read_position(5, 0);
  EXPECT_TRUE(next<Issuer::CheckLog>(0));
  issuer_.on_log_checked(Done{}, at(0));
  const auto reload = next<Issuer::Reload>(0);
  ASSERT_TRUE(reload);
  EXPECT_EQ(reload->prior, replica::PriorAnswers::Verify);
}

TEST_F(AnIssuer, SavesAgainWhatTheDatabaseHasLost) {
  decide(4);
  begin(0);
  ASSERT_TRUE(next<Issuer::Save>(0));
  issuer_.on_saved({.outcome = store::SaveOutcome::Saved}, at(0));
  read_position(0, 2);
  const auto save = next<Issuer::Save>(2);
  ASSERT_TRUE(save);
  EXPECT_EQ(save->batch.codes.size(), 4U);
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

TEST_F(AnIssuer, DoesNotTakeOverAStoppedPartition) {
  see_no_progress();
  status_.stop("newer rules");
  EXPECT_FALSE(next<Issuer::Save>(11));
  EXPECT_FALSE(next<Issuer::Halt>(11)) << "an older version must not halt newer ones";
  EXPECT_FALSE(issuer_.has_taken_over());
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

TEST(AnIssuerThatLingers, SavesASingleDecisionAfterTheLingerTime) {
  replica::DecidedLog log(0, 100);
  replica::PartitionStatus status;
  Issuer issuer(0, log, status, {.linger = milliseconds{20}});
  issuer.set_owner(true);
  log.reset({});
  const auto at = [](int ms) { return Now{from_millis(0), Instant{seconds{1000} + milliseconds{ms}}}; };
  issuer.next(at(0));
  issuer.on_position(store::Position{}, at(0));
  issuer.next(at(0));
  issuer.on_log_checked(Done{}, at(0));
  auto chunk = std::make_shared<replica::Chunk>();
  chunk->codes.push_back(3);
  chunk->hashes.push_back(0);
  log.append(chunk);
  EXPECT_TRUE(std::holds_alternative<Issuer::Nothing>(issuer.next(at(0))));
  EXPECT_TRUE(std::holds_alternative<Issuer::Nothing>(issuer.next(at(19))));
  EXPECT_TRUE(std::holds_alternative<Issuer::Save>(issuer.next(at(20))));
}

}  // namespace
}  // namespace firstcome::issuer
