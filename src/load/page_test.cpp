#include "load/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/chart.h"
#include "load/plan_for_tests.h"
#include "load/words.h"

namespace firstcome::load {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

RunResult run_for_tests() {
  RunResult run;
  run.seconds = 2;
  run.connected = 256;
  for (int i = 0; i < 20; ++i) {
    Beat beat{.until = (i + 1) / 10.0, .seconds = 0.1, .answered = 60, .median = 1ms, .p99 = 9ms};
    beat.counts[index_of(Outcome::Success)] = 10;
    beat.counts[index_of(Outcome::SoldOut)] = 50;
    run.beats.push_back(beat);
    for (int k = 0; k < 10; ++k) run.tally.latencies[index_of(Outcome::Success)].add(2ms);
    for (int k = 0; k < 50; ++k) run.tally.latencies[index_of(Outcome::SoldOut)].add(1ms);
  }
  return run;
}

TEST(Words, NumbersAreWrittenAsPeopleReadThem) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(-1'234'567), "-1,234,567");
  EXPECT_EQ(in_words(850us), "850 µs");
  EXPECT_EQ(in_words(3'140us), "3.14 ms");
  EXPECT_EQ(in_words(999'600ns), "1.00 ms");
  EXPECT_EQ(in_words(12s), "12.0 s");
  EXPECT_EQ(percent(0.0523), "5.2 %");
  EXPECT_EQ(count_of(1, "user"), "1 user");
  EXPECT_EQ(count_of(2'000, "user"), "2,000 users");
  EXPECT_EQ(right_aligned("µs", 4), "  µs");
}

TEST(Chart, AnAxisPutsItsMarksWhereTheirValuesStand) {
  const Axis linear = linear_axis(87, [](double value) { return decimal(value, 0); });
  EXPECT_EQ(linear.marks.front(), (std::pair<double, std::string>{0, "0"}));
  EXPECT_EQ(linear.marks[1].second, "20");
  EXPECT_DOUBLE_EQ(linear.at(43.5), 0.5);
  const Axis decades = decades_axis(30, 2'000, [](double value) { return decimal(value, 0); });
  EXPECT_EQ(decades.low, 10);
  EXPECT_EQ(decades.high, 10'000);
  EXPECT_NEAR(decades.at(100), 1.0 / 3, 1e-9);
  EXPECT_EQ(decades.at(1), 0);
  EXPECT_EQ(decades.at(1e9), 1);
}

TEST(Page, NeedsNothingElseAndDrawsEveryChart) {
  const Plan plan = plan_for_tests();
  const RunResult run = run_for_tests();
  const std::string page = as_page({.plan = plan, .run = run, .policies = {}, .version = "1<2"});
  for (const char* there :
       {"Latency by percentile", "Answers a second over time", "Outcomes over time", "Latency over time",
        "SOLD_OUT", "1,200", "1&lt;2", "prefers-color-scheme: dark"}) {
    EXPECT_THAT(page, HasSubstr(there));
  }
  for (const char* elsewhere : {"<script", "src=", "href=", "url(", "@import", "nan", "inf,"}) {
    EXPECT_THAT(page, Not(HasSubstr(elsewhere)));
  }
}

TEST(Page, ARunWithoutAnyAnswerHasAPageToo) {
  const Plan plan = plan_for_tests();
  RunResult run;
  run.beats.push_back({.until = 0.1, .seconds = 0.1});
  const std::string page = as_page({.plan = plan, .run = run, .policies = {}});
  EXPECT_THAT(page, HasSubstr("</html>"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(Page, AFileThatCannotBeWrittenIsNamed) {
  const Plan plan = plan_for_tests();
  const RunResult run;
  const Status status = write_page("/nowhere/run.html", {.plan = plan, .run = run, .policies = {}});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("/nowhere/run.html"));
}

}  // namespace
}  // namespace firstcome::load
