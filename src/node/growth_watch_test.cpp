#include "node/growth_watch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace firstcome::node {
namespace {

/// Of three partitions when it was opened. Nobody reads it.
class GrowingJournal : public journal::JournalReader {
 public:
  std::string identity() override { return "growing"; }
  std::int32_t partitions() override { return 3; }
  Result<std::int32_t> partitions_now() override {
    ++asked;
    if (!answers) return Error{Error::Kind::Retryable, "nobody answers"};
    return now.load();
  }
  Result<journal::Bounds> bounds(Partition) override { return journal::Bounds{}; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return Error{Error::Kind::Permanent, "there is nothing to read"};
  }
  std::atomic<std::int32_t> now{3};
  std::atomic<bool> answers{true};
  std::atomic<int> asked{0};
};

class GrowthWatchTest : public testing::Test {
 protected:
  /// What it is told from now on has been looked at.
  void let_it_look() {
    const int before = journal_.asked;
    while (journal_.asked < before + 2) std::this_thread::yield();
  }
  GrowingJournal journal_;
  GrowthCounters counters_;
  GrowthWatch watch_{journal_, counters_, milliseconds{1}};
};

TEST_F(GrowthWatchTest, PartitionsThatAreAddedAreCounted) {
  watch_.start();
  let_it_look();
  EXPECT_EQ(counters_.unfollowed.value(), 0);
  journal_.now = 5;
  let_it_look();
  EXPECT_EQ(counters_.unfollowed.value(), 2);
  journal_.answers = false;
  let_it_look();
  EXPECT_EQ(counters_.unfollowed.value(), 2) << "as last heard";
  EXPECT_GE(counters_.errors.value(0), 1u);
}

TEST_F(GrowthWatchTest, ItStopsAtOnceHoweverSeldomItLooks) {
  GrowthWatch seldom(journal_, counters_, milliseconds{3'600'000});
  seldom.start();
  seldom.stop();
  EXPECT_EQ(journal_.asked, 0);
}

}  // namespace
}  // namespace firstcome::node
