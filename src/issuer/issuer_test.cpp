#include "issuer/issuer.h"

#include "issuer/issuer_test.h"

namespace firstcome::issuer {
namespace {

using std::chrono::seconds;

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

TEST_F(AnIssuer, DoesNotTakeOverAStoppedPartition) {
  see_no_progress();
  status_.stop("newer rules");
  EXPECT_FALSE(next<Issuer::Save>(11));
  EXPECT_FALSE(next<Issuer::Halt>(11)) << "an older version must not halt newer ones";
  EXPECT_FALSE(issuer_.has_taken_over());
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
