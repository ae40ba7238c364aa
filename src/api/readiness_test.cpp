#include "api/readiness.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace firstcome::api {
namespace {

using testing::HasSubstr;

/// A node whose watch thread requests the ends every 250 ms, except for partitions in `cut_off_`.
class ReadinessTest : public testing::Test {
 protected:
  static constexpr milliseconds kStep{250};

  void serve(Partition partition) { snapshots_.partition(partition).set_caught_up(true); }
  /// Advances the time. The journal returns no ends for the partitions in `cut_off_`.
  void pass(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += kStep) {
      now_ += kStep;
      for (Partition i = 0; i < snapshots_.partitions(); ++i) {
        if (!cut_off_.contains(i)) snapshots_.partition(i).saw_end(now_, ends_[i]);
      }
      readiness_.look(now_);
    }
  }
  bool ready() { return readiness_.state().ready; }
  Readiness::Partition shown(std::size_t partition) { return readiness_.state().partitions[partition]; }

  replica::PolicySnapshots snapshots_{2};
  Instant now_{std::chrono::hours{1}};
  Readiness readiness_{snapshots_, {.max_unsaved = 100}};
  std::set<Partition> cut_off_;
  std::map<Partition, Offset> ends_;
};

TEST_F(ReadinessTest, AStartingNodeIsReadyAsSoonAsEveryPartitionServes) {
  pass(milliseconds{5'000});
  EXPECT_FALSE(ready());
  EXPECT_THAT(shown(0).reason, HasSubstr("catching up"));
  serve(0);
  pass(kStep);
  EXPECT_FALSE(ready()) << "partition 1 still replays";
  EXPECT_TRUE(shown(0).answers);
  serve(1);
  pass(kStep);
  EXPECT_TRUE(ready());
}

TEST_F(ReadinessTest, AStartingNodeDoesNotWaitForAPartitionWhoseJournalDoesNotAnswer) {
  cut_off_ = {1};
  serve(0);
  pass(kStep);
  EXPECT_FALSE(ready());
  pass(milliseconds{2'000});
  EXPECT_TRUE(ready());
  EXPECT_FALSE(shown(1).answers);
}

TEST_F(ReadinessTest, AStartingNodeDoesNotWaitForAStoppedPartition) {
  serve(0);
  snapshots_.partition(1).stop("another journal");
  pass(kStep);
  EXPECT_TRUE(ready());
  EXPECT_EQ(shown(1).reason, "another journal");
}

class ReadyNode : public ReadinessTest {
 protected:
  ReadyNode() {
    serve(0);
    serve(1);
    pass(kStep);
    EXPECT_TRUE(ready());
  }
  /// Unready after 2 s with it, ready after 1 s without it.
  template <class Begin, class End>
  void expect_counts(Begin begin, End end, const std::string& reason) {
    begin();
    pass(milliseconds{1'750});
    EXPECT_TRUE(ready()) << "a short disturbance moves no traffic";
    pass(milliseconds{500});
    EXPECT_FALSE(ready());
    for (std::size_t i : {0U, 1U}) {
      EXPECT_FALSE(shown(i).answers);
      EXPECT_THAT(shown(i).reason, HasSubstr(reason));
    }
    end();
    pass(milliseconds{750});
    EXPECT_FALSE(ready()) << "the obstacle may return";
    pass(milliseconds{500});
    EXPECT_TRUE(ready());
    EXPECT_EQ(shown(0).reason, "");
  }
  void set_trouble(replica::Trouble kind, const std::string& why) {
    for (Partition i : {0, 1}) snapshots_.partition(i).set_trouble(kind, why);
  }
};

TEST_F(ReadyNode, AJournalThatDoesNotAnswerIsAnObstacleSinceItsLastAnswer) {
  expect_counts(
      [this] {
        cut_off_ = {0, 1};
        set_trouble(replica::Trouble::ReadingEnd, "no broker");
      },
      [this] { cut_off_.clear(); }, "does not answer. no broker");
}

TEST_F(ReadyNode, ExistingRecordsThatAreNotReturnedAreAnObstacle) {
  expect_counts(
      [this] {
        ends_ = {{0, 7}, {1, 7}};
      },
      [this] {
        for (Partition i : {0, 1}) snapshots_.partition(i).position = 7;
      },
      "ends at offset 7, but returns no records from offset 0 on");
}

TEST_F(ReadyNode, AReplicaThatIsBehindAndMakesProgressAnswers) {
  for (Offset offset = 0; offset < 40; ++offset) {
    for (Partition i : {0, 1}) snapshots_.partition(i).decided = offset;
    ends_ = {{0, offset + 1'000}, {1, offset + 1'000}};
    pass(kStep);
    ASSERT_TRUE(ready());
  }
}

TEST_F(ReadyNode, AJournalThatAcceptsNoRecordsIsAnObstacle) {
  expect_counts([this] { set_trouble(replica::Trouble::Appending, "disk full"); },
                [this] { set_trouble(replica::Trouble::Appending, ""); }, "accepts no records. disk full");
}

TEST_F(ReadyNode, AnUnreachableStoreIsAnObstacleAboveMaxUnsaved) {
  set_trouble(replica::Trouble::Saving, "no database");
  for (Partition i : {0, 1}) snapshots_.partition(i).unsaved = 100;
  pass(milliseconds{10'000});
  EXPECT_TRUE(ready());
  EXPECT_EQ(shown(0).warning, "no database");
  EXPECT_EQ(shown(0).reason, "");
  expect_counts(
      [this] {
        for (Partition i : {0, 1}) snapshots_.partition(i).unsaved = 101;
      },
      [this] {
        for (Partition i : {0, 1}) snapshots_.partition(i).unsaved = 0;
      },
      "101 decisions are not saved yet");
}

TEST_F(ReadyNode, AHaltIsAnObstacle) {
  const auto set_halted = [this](const std::string& why) {
    for (Partition i : {0, 1}) snapshots_.partition(i).set_halted(why);
  };
  expect_counts([&] { set_halted("a key conflicts"); }, [&] { set_halted(""); }, "a key conflicts");
}

TEST_F(ReadyNode, OnePartitionThatAnswersIsEnough) {
  cut_off_ = {0};
  pass(milliseconds{10'000});
  EXPECT_TRUE(ready());
  EXPECT_FALSE(shown(0).answers);
  EXPECT_TRUE(shown(1).answers);
  snapshots_.partition(1).set_caught_up(false);
  pass(milliseconds{10'000});
  EXPECT_FALSE(ready());
}

TEST_F(ReadyNode, ShortDisturbancesDoNotAddUp) {
  for (int i = 0; i < 10; ++i) {
    cut_off_ = {0, 1};
    pass(milliseconds{1'500});
    cut_off_.clear();
    pass(kStep);
    ASSERT_TRUE(ready());
  }
}

}  // namespace
}  // namespace firstcome::api
