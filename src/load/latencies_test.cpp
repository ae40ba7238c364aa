#include "load/latencies.h"

#include <gtest/gtest.h>

namespace firstcome::load {
namespace {

using namespace std::chrono_literals;

TEST(Latencies, EveryPercentileIsWithinOnePercentOfTheTrueOne) {
  Latencies latencies;
  for (std::int64_t us = 1; us <= 100'000; ++us) latencies.add(us * 1us);
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.9999, 1.0}) {
    const double truth = share * 100'000 * 1000;
    EXPECT_NEAR(static_cast<double>(latencies.at(share).count()), truth, truth / 100) << share;
  }
  EXPECT_EQ(latencies.most(), 100ms);
  EXPECT_EQ(latencies.count(), 100'000);
  EXPECT_EQ(latencies.mean(), 50'000'500ns);
}

TEST(Latencies, AnyLatencyIsReturnedWithASmallError) {
  for (std::int64_t ns = 0; ns < std::int64_t{1} << 47; ns += 1 + ns / 37) {
    Latencies latencies;
    latencies.add(nanoseconds{ns});
    latencies.add(
        nanoseconds{(std::int64_t{1} << 48) - 1});  // so that the first is not limited by the maximum
    const auto seen = latencies.at(0.5).count();
    ASSERT_GE(seen, ns);
    ASSERT_LE(seen - ns, ns / 127) << ns;
  }
}

TEST(Latencies, ExtremeValuesAreCounted) {
  Latencies latencies;
  EXPECT_EQ(latencies.at(0.99), 0ns);
  EXPECT_EQ(latencies.mean(), 0ns);
  latencies.add(-5ns);
  latencies.add(nanoseconds::max());
  EXPECT_EQ(latencies.count(), 2);
  EXPECT_EQ(latencies.at(0.5), 0ns);
}

TEST(Latencies, ASumEqualsOneHistogramOfAllValues) {
  Latencies all, even, odd;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const nanoseconds latency{i * i};
    all.add(latency);
    (i % 2 == 0 ? even : odd).add(latency);
  }
  even.add(odd);
  for (const double share : {0.1, 0.5, 0.99, 1.0}) EXPECT_EQ(even.at(share), all.at(share));
  EXPECT_EQ(even.mean(), all.mean());
}

}  // namespace
}  // namespace firstcome::load
