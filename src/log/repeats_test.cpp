#include "log/repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::log {
namespace {

using std::chrono::seconds;

constexpr int kWarn = 3;

class RepeatsTest : public testing::Test {
 protected:
  int passed(int times, const std::string& line) {
    int count = 0;
    for (int i = 0; i < times; ++i) count += repeats_.passes(kWarn, line, now_) ? 1 : 0;
    return count;
  }
  std::vector<Repeats::Kept> due_after(seconds later) {
    now_ += later;
    return repeats_.due(now_);
  }

  Instant now_;
  Repeats repeats_;
};

TEST_F(RepeatsTest, OfTenThousandAFewPassAndOneTellsOfTheOthers) {
  EXPECT_EQ(passed(10'000, "the database is away"), 3);
  EXPECT_TRUE(due_after(seconds(9)).empty());
  const auto due = due_after(seconds(1));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].count, 9'997);
  EXPECT_EQ(due[0].line, "the database is away");
  EXPECT_EQ(due[0].level, kWarn);
  EXPECT_EQ(due[0].within, seconds(10));
}

TEST_F(RepeatsTest, AFaultThatStaysIsToldOfLessAndLessOften) {
  int told = 0;
  for (int second = 0; second < 3'600; ++second) {
    passed(3, "the database is away");
    told += static_cast<int>(due_after(seconds(1)).size());
  }
  EXPECT_GE(told, 8);
  EXPECT_LE(told, 12);
}

TEST_F(RepeatsTest, WhatHasEndedIsNewWhenItComesAgain) {
  EXPECT_EQ(passed(2, "the database is away"), 2);
  EXPECT_TRUE(due_after(seconds(10)).empty());
  EXPECT_EQ(passed(5, "the database is away"), 3);
}

TEST_F(RepeatsTest, NumbersDoNotMakeALineAnotherOneButItsPartitionDoes) {
  EXPECT_EQ(passed(3, "partition 1: no answer after 100 ms"), 3);
  EXPECT_EQ(passed(1, "partition 1: no answer after 250 ms"), 0);
  EXPECT_EQ(passed(1, "partition 2: no answer after 250 ms"), 1);
  EXPECT_EQ(passed(1, "another thing"), 1);
}

TEST_F(RepeatsTest, AtTheEndNothingCountedIsLeftUnsaid) {
  passed(5, "the database is away");
  const auto all = repeats_.all(now_);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].count, 2);
  EXPECT_TRUE(repeats_.all(now_).empty());
}

TEST_F(RepeatsTest, LinesThatAreAllDifferentDoNotFillTheMemory) {
  int count = 0;
  for (int i = 0; i < 10'000; ++i) count += passed(1, "x" + std::string(static_cast<std::size_t>(i), 'y'));
  EXPECT_LT(count, 300);
}

}  // namespace
}  // namespace firstcome::log
