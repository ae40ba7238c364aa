#include "load/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load/latencies.h"
#include "test/kits/load/plan_for_tests.h"

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
    Sample sample{.until = (i + 1) / 10.0, .seconds = 0.1, .answered = 60, .median = 1ms, .p99 = 9ms};
    sample.counts[index_of(RequestResult::Success)] = 10;
    sample.counts[index_of(RequestResult::SoldOut)] = 50;
    run.samples.push_back(sample);
    for (int k = 0; k < 10; ++k) run.tally.latencies[index_of(RequestResult::Success)].add(2ms);
    for (int k = 0; k < 50; ++k) run.tally.latencies[index_of(RequestResult::SoldOut)].add(1ms);
  }
  return run;
}

TEST(LatencyText, HasThreeDigits) {
  EXPECT_EQ(latency_text(850us), "850 µs");
  EXPECT_EQ(latency_text(3'140us), "3.14 ms");
  EXPECT_EQ(latency_text(999'600ns), "1.00 ms");
  EXPECT_EQ(latency_text(12s), "12.0 s");
}

TEST(Table, ColumnsAreAlignedByWhatIsVisible) {
  const Plan plan = plan_for_tests();
  RunResult run = run_for_tests();
  run.tally.latencies[index_of(RequestResult::SoldOut)].add(850us);
  const std::string table = as_table({.plan = plan, .run = run, .policies = {}});
  EXPECT_THAT(table, HasSubstr("  SUCCESS                        200   16.7 %   2.00 ms"));
}

/// The data that the page's script reads.
nlohmann::json data_of(const std::string& page) {
  const std::string opening = R"(<script type="application/json" id="data">)";
  const std::size_t from = page.find(opening) + opening.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(Page, IsSelfContainedAndHasTheDataOfTheRun) {
  const Plan plan = plan_for_tests();
  const RunResult run = run_for_tests();
  const Summary summary{.plan = plan, .run = run, .policies = {}, .version = "1<2"};
  const std::string page = as_page(summary);
  const auto data = data_of(page);
  EXPECT_EQ(data["run"], nlohmann::json::parse(as_json(summary)));
  EXPECT_EQ(data["words"]["CONNECTION_BROKE"], "connection broke");
  ASSERT_EQ(data["curves"].size(), 3U);
  const auto& all = data["curves"].back();
  EXPECT_EQ(all["name"], "all answers");
  EXPECT_EQ(all["ms"].size(), 154U) << "50 per nine, and 1,200 answers have 3.08 nines";
  EXPECT_NEAR(all["ms"].front().get<double>(), 1, 0.01);
  EXPECT_NEAR(all["ms"].back().get<double>(), 2, 0.02);
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("Permission is hereby granted")) << "uPlot's licence";
  for (const char* external : {"src=", "<link", "@import", "fetch(", "{{"}) {
    EXPECT_THAT(page, Not(HasSubstr(external)));
  }
}

TEST(Page, ATextCannotEndItsScript) {
  Plan plan = plan_for_tests();
  plan.servers = {"</script><script>alert(1)</script><!--"};
  const RunResult run = run_for_tests();
  const std::string page = as_page({.plan = plan, .run = run, .policies = {}});
  EXPECT_EQ(data_of(page)["run"]["plan"]["servers"][0], plan.servers[0]);
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
}

TEST(Page, ARunWithoutAnswersHasAPage) {
  const Plan plan = plan_for_tests();
  RunResult run;
  run.samples.push_back({.until = 0.1, .seconds = 0.1});
  const auto data = data_of(as_page({.plan = plan, .run = run, .policies = {}}));
  EXPECT_EQ(data["curves"].size(), 0U);
  EXPECT_EQ(data["run"]["beats"].size(), 1U);
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
