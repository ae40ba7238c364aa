#include "metrics/exposition.h"

#include <gmock/gmock.h>

#include "metrics/process.h"

namespace firstcome::metrics {
namespace {

using testing::HasSubstr;

TEST(Exposition, WritesHelpAndTypeOnceBeforeTheSamplesOfAFamily) {
  Exposition page;
  page.counter("a_total", "What a is.");
  page.sample(3, {{"result", "SUCCESS"}});
  page.sample(0, {{"result", "SOLD_OUT"}});
  page.gauge("b_seconds", "What b is.");
  page.sample(0.25);
  EXPECT_EQ(page.text(),
            "# HELP a_total What a is.\n# TYPE a_total counter\n"
            "a_total{result=\"SUCCESS\"} 3\na_total{result=\"SOLD_OUT\"} 0\n"
            "# HELP b_seconds What b is.\n# TYPE b_seconds gauge\nb_seconds 0.25\n");
}

TEST(Exposition, LabelValuesAreQuoted) {
  Exposition page;
  page.gauge("a", "A.");
  page.sample(1, {{"version", "1\"\\\n"}});
  EXPECT_THAT(page.text(), HasSubstr("a{version=\"1\\\"\\\\\\n\"} 1\n"));
}

TEST(Exposition, HistogramsAreCumulativeAndInBaseUnits) {
  Histogram times = Histogram::of_times();
  times.observe(std::chrono::microseconds{10});
  times.observe(std::chrono::milliseconds{2}, 2);
  times.observe(std::chrono::seconds{11});
  Exposition page;
  page.histogram("a_seconds", "A.");
  page.sample(times.read(), kNanoseconds, {{"by", "edge"}});
  const std::string text = page.text();
  EXPECT_THAT(text, HasSubstr("# TYPE a_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_bucket{by=\"edge\",le=\"1e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_bucket{by=\"edge\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_bucket{by=\"edge\",le=\"0.0025\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_bucket{by=\"edge\",le=\"10\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_bucket{by=\"edge\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_count{by=\"edge\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("a_seconds_sum{by=\"edge\"} 11.00401\n"));
}

TEST(ProcessFigures, AreThoseOfThisProcess) {
  const auto figures = read_process_figures();
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_GT(figures->cpu_seconds, 0);
  EXPECT_GT(figures->resident_bytes, 100'000U);
  EXPECT_GE(figures->virtual_bytes, figures->resident_bytes);
  EXPECT_GE(figures->threads, 1U);
  EXPECT_GE(figures->open_fds, 3U);
  EXPECT_GE(figures->max_fds, figures->open_fds);
  const double now = static_cast<double>(::time(nullptr));
  EXPECT_LE(figures->start_time_seconds, now + 2);
  EXPECT_GT(figures->start_time_seconds, now - 3'600);
}

}  // namespace
}  // namespace firstcome::metrics
