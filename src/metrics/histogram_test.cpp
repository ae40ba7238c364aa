#include "metrics/histogram.h"

#include <gtest/gtest.h>

#include <thread>

namespace firstcome::metrics {
namespace {

TEST(Counter, NeverDecreasesForReadersWhileOneThreadAdds) {
  constexpr std::uint64_t kAdds = 200'000;
  Counter counter;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kAdds; ++i) counter.add();
  });
  std::uint64_t last = 0;
  while (last < kAdds) {
    const std::uint64_t now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(counter.value(), kAdds);
}

TEST(ErrorCounter, CountsEachKindSeparately) {
  ErrorCounter errors;
  errors.add({Error::Kind::Permanent, "a"});
  errors.add({Error::Kind::Retryable, "b"});
  errors.add({Error::Kind::Retryable, "c"});
  EXPECT_STREQ(ErrorCounter::kKinds[0], "retryable");
  EXPECT_EQ(errors.value(0), 2U);
  EXPECT_EQ(errors.value(1), 0U);
  EXPECT_STREQ(ErrorCounter::kKinds[2], "permanent");
  EXPECT_EQ(errors.value(2), 1U);
}

TEST(Histogram, BoundsAreInclusive) {
  Histogram sizes = Histogram::of_sizes();
  sizes.observe(0);
  sizes.observe(1);
  sizes.observe(2);
  sizes.observe(3);
  sizes.observe(65'536);
  sizes.observe(65'537);
  const Snapshot read = sizes.read();
  EXPECT_EQ(read.counts[0], 2U);
  EXPECT_EQ(read.counts[1], 1U);
  EXPECT_EQ(read.counts[2], 1U);
  EXPECT_EQ(read.counts[kSizeBounds.size() - 1], 1U);
  EXPECT_EQ(read.counts[kSizeBounds.size()], 1U) << "above every bound";
  EXPECT_EQ(read.count(), 6U);
  EXPECT_EQ(read.sum, 0U + 1 + 2 + 3 + 65'536 + 65'537);
}

TEST(Histogram, CountsManyObservationsOfOneValue) {
  Histogram times = Histogram::of_times();
  times.observe(std::chrono::microseconds{20}, 250);
  const Snapshot read = times.read();
  EXPECT_EQ(read.counts[1], 250U);
  EXPECT_EQ(read.sum, 250U * 20'000);
}

TEST(Histogram, ANegativeTimeCountsAsZero) {
  Histogram times = Histogram::of_times();
  times.observe(std::chrono::nanoseconds{-5});
  EXPECT_EQ(times.read().counts[0], 1U);
  EXPECT_EQ(times.read().sum, 0U);
}

TEST(Histogram, BoundsIncrease) {
  EXPECT_TRUE(std::is_sorted(kTimeBounds.begin(), kTimeBounds.end()));
  EXPECT_TRUE(std::is_sorted(kSizeBounds.begin(), kSizeBounds.end()));
}

TEST(Histogram, SnapshotsOfObservingThreadsCanBeSummed) {
  constexpr std::uint64_t kTimes = 100'000;
  Histogram one = Histogram::of_sizes();
  Histogram two = Histogram::of_sizes();
  const auto fill = [](Histogram& mine, std::uint64_t value) {
    for (std::uint64_t i = 0; i < kTimes; ++i) mine.observe(value);
  };
  std::thread first(fill, std::ref(one), 3);
  std::thread second(fill, std::ref(two), 100);
  std::uint64_t last = 0;
  while (last < 2 * kTimes) {
    Snapshot sum = one.read();
    sum.add(two.read());
    ASSERT_GE(sum.count(), last);
    last = sum.count();
  }
  first.join();
  second.join();
  Snapshot sum;
  sum.add(one.read());
  sum.add(two.read());
  EXPECT_EQ(sum.counts[2], kTimes);
  EXPECT_EQ(sum.counts[7], kTimes);
  EXPECT_EQ(sum.sum, 103 * kTimes);
}

}  // namespace
}  // namespace firstcome::metrics
