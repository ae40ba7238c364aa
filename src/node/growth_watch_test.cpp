#include "node/growth_watch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace firstcome::node {
namespace {

/// A journal with three partitions when it is opened, and no records.
class GrowingJournal : public journal::JournalReader {
 public:
  std::string identity() override { return "growing"; }
  std::int32_t partitions() override { return 3; }
  Result<std::int32_t> partitions_now() override {
    ++asked;
    if (!answers) return Error{Error::Kind::Retryable, "no answer"};
    return now.load();
  }
  Result<journal::Bounds> bounds(Partition) override { return journal::Bounds{}; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return Error{Error::Kind::Permanent, "no records"};
  }
  std::atomic<std::int32_t> now{3};
  std::atomic<bool> answers{true};
  std::atomic<int> asked{0};
};

class GrowthWatchTest : public testing::Test {
 protected:
  /// Returns after a complete look that began later.
  void wait_for_a_look() {
    const int before = journal_.asked;
    while (journal_.asked < before + 2) std::this_thread::yield();
  }
  GrowingJournal journal_;
  GrowthCounters counters_;
  GrowthWatch watch_{journal_, counters_, milliseconds{1}};
};

TEST_F(GrowthWatchTest, CountsAddedPartitions) {
  watch_.start();
  wait_for_a_look();
  EXPECT_EQ(counters_.unfollowed.value(), 0);
  journal_.now = 5;
  wait_for_a_look();
  EXPECT_EQ(counters_.unfollowed.value(), 2);
  journal_.answers = false;
  wait_for_a_look();
  EXPECT_EQ(counters_.unfollowed.value(), 2) << "the last known number";
  EXPECT_GE(counters_.errors.value(0), 1u);
}

TEST_F(GrowthWatchTest, StopsAtOnceWhileItWaitsForAnHour) {
  GrowthWatch hourly(journal_, counters_, milliseconds{3'600'000});
  hourly.start();
  hourly.stop();
  EXPECT_EQ(journal_.asked, 0);
}

}  // namespace
}  // namespace firstcome::node
