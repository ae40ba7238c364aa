#include "log/log_rate_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::log {
namespace {

using std::chrono::seconds;

constexpr int kWarn = 3;
const std::source_location kSource = std::source_location::current();
const LineSource kHere{kSource, ""};

class LogRateLimiterTest : public testing::Test {
 protected:
  int passed(int times, const std::string& line, const LineSource& source = kHere) {
    int count = 0;
    for (int i = 0; i < times; ++i) count += limiter_.passes(source, kWarn, line, now_) ? 1 : 0;
    return count;
  }
  std::vector<LogRateLimiter::Repeats> due_after(seconds later) {
    now_ += later;
    return limiter_.due(now_);
  }

  Instant now_;
  LogRateLimiter limiter_;
};

TEST_F(LogRateLimiterTest, PassesAFewOfTenThousandLinesAndCountsTheOthers) {
  EXPECT_EQ(passed(10'000, "the database is down"), 3);
  EXPECT_TRUE(due_after(seconds(9)).empty());
  const auto due = due_after(seconds(1));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].count, 9'997);
  EXPECT_EQ(due[0].line, "the database is down");
  EXPECT_EQ(due[0].level, kWarn);
  EXPECT_EQ(due[0].within, seconds(10));
}

TEST_F(LogRateLimiterTest, ReportsALastingFaultLessAndLessOften) {
  int reports = 0;
  for (int second = 0; second < 3'600; ++second) {
    passed(3, "the database is down");
    reports += static_cast<int>(due_after(seconds(1)).size());
  }
  EXPECT_GE(reports, 8);
  EXPECT_LE(reports, 12);
}

TEST_F(LogRateLimiterTest, PassesAFaultThatHasEndedAndOccursAgain) {
  EXPECT_EQ(passed(2, "the database is down"), 2);
  EXPECT_TRUE(due_after(seconds(10)).empty());
  EXPECT_EQ(passed(5, "the database is down"), 3);
}

TEST_F(LogRateLimiterTest, DistinguishesLinesByPlaceInTheSourceAndSubject) {
  EXPECT_EQ(passed(3, "no answer after 100 ms"), 3);
  EXPECT_EQ(passed(1, "another text from the same place"), 0);
  EXPECT_EQ(passed(1, "no answer after 250 ms", {kSource, "partition 2"}), 1);
  EXPECT_EQ(passed(1, "no answer after 250 ms", {std::source_location::current(), ""}), 1);
}

TEST_F(LogRateLimiterTest, ReturnsAllCountedLinesAtTheEnd) {
  passed(5, "the database is down");
  const auto all = limiter_.all(now_);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].count, 2);
  EXPECT_TRUE(limiter_.all(now_).empty());
}

TEST_F(LogRateLimiterTest, KeepsOneWindowForDifferentTextsFromOnePlace) {
  int count = 0;
  for (int i = 0; i < 10'000; ++i) count += passed(1, "x" + std::string(static_cast<std::size_t>(i), 'y'));
  EXPECT_EQ(count, 3);
  EXPECT_EQ(limiter_.all(now_).size(), 1U);
}

}  // namespace
}  // namespace firstcome::log
