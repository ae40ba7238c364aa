#include "load/arrival_schedule.h"
#include "test/kits/load/plan_for_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace firstcome::load {
namespace {

using namespace std::chrono_literals;

constexpr Tick kMs = 1'000'000;
constexpr Tick kStart = 5'000 * kMs;

ArrivalSchedule started(const Plan& plan, int thread = 0) {
  ArrivalSchedule schedule(plan, thread);
  schedule.start(kStart);
  return schedule;
}

TEST(Schedule, ConstantArrivalIsConstant) {
  const Schedule schedule(1'000, 0ns);
  for (std::int64_t n = 0; n < 5'000; ++n) ASSERT_EQ(schedule.due(n), n * 1ms);
  EXPECT_EQ(schedule.count_before(3s), 3'000);
  EXPECT_EQ(schedule.count_before(3s + 1ns), 3'001);
  EXPECT_EQ(schedule.count_before(0ns), 0);
}

TEST(Schedule, InARampTheRateGrowsEvenly) {
  const Schedule schedule(1'000, 2s);
  EXPECT_EQ(schedule.count_before(1s), 250);    // half of the rate after a second, a quarter on average
  EXPECT_EQ(schedule.count_before(2s), 1'000);  // half on average
  EXPECT_EQ(schedule.count_before(3s), 2'000);
  for (std::int64_t n = 1; n < 3'000; ++n) ASSERT_GT(schedule.due(n), schedule.due(n - 1)) << n;
}

TEST(Schedule, RequestsCountedBeforeATimeAreDueBeforeIt) {
  for (const double rate : {3.0, 777.0, 123'456.0}) {
    for (const nanoseconds ramp : {0ns, nanoseconds(700ms)}) {
      const Schedule schedule(rate, ramp);
      for (nanoseconds until = 1ms; until < 2s; until += 37ms) {
        const std::int64_t count = schedule.count_before(until);
        if (count > 0) {
          ASSERT_LT(schedule.due(count - 1), until);
        }
        ASSERT_GE(schedule.due(count), until);
      }
    }
  }
}

TEST(ArrivalSchedule, AClosedLoopSendsUntilTheEndOfTheDuration) {
  Plan closed = plan_for_tests();
  closed.duration = 1s;
  ArrivalSchedule schedule = started(closed);
  EXPECT_FALSE(schedule.take(kStart - 1, 0));
  EXPECT_EQ(schedule.next(kStart - 1), kStart);
  EXPECT_EQ(schedule.take(kStart, 0), kStart);
  EXPECT_EQ(schedule.take(kStart + 999 * kMs, 5), kStart + 999 * kMs);
  EXPECT_FALSE(schedule.finished(kStart + 999 * kMs));
  EXPECT_FALSE(schedule.take(kStart + 1'000 * kMs, 0));
  EXPECT_TRUE(schedule.finished(kStart + 1'000 * kMs));
}

TEST(ArrivalSchedule, TheThreadsTogetherSendAllRequests) {
  Plan closed = plan_for_tests();
  closed.requests = 10;
  closed.threads = 3;
  int taken = 0;
  for (int thread = 0; thread < closed.threads; ++thread) {
    ArrivalSchedule schedule = started(closed, thread);
    while (schedule.take(kStart, 0)) ++taken;
    EXPECT_TRUE(schedule.finished(kStart));
  }
  EXPECT_EQ(taken, 10);
}

TEST(ArrivalSchedule, InARampOfAClosedLoopTheNumberOfActiveConnectionsGrows) {
  Plan closed = plan_for_tests();
  closed.connections = 100;
  closed.ramp = 1s;
  closed.duration = 2s;
  ArrivalSchedule schedule = started(closed);
  EXPECT_TRUE(schedule.take(kStart, 0));
  EXPECT_FALSE(schedule.take(kStart, 1));
  EXPECT_TRUE(schedule.take(kStart + 500 * kMs, 49));
  EXPECT_FALSE(schedule.take(kStart + 500 * kMs, 50));
  EXPECT_GT(schedule.next(kStart + 500 * kMs), kStart + 500 * kMs);
  EXPECT_TRUE(schedule.take(kStart + 1'000 * kMs, 99));
  EXPECT_FALSE(schedule.next(kStart + 1'000 * kMs)) << "a response comes first";
}

TEST(ArrivalSchedule, AnOpenLoopSendsOnTimeHoweverManyConnectionsWait) {
  Plan open = plan_for_tests();
  open.rate = 1'000;
  open.duration = 1s;
  ArrivalSchedule schedule = started(open);
  for (int n = 0; n < 1'000; ++n) {
    const Tick due = kStart + n * kMs;
    ASSERT_EQ(schedule.next(due - 1), due);
    ASSERT_FALSE(schedule.take(due - 1, 0));
    ASSERT_EQ(schedule.take(due, 1'000'000), due);
  }
  EXPECT_TRUE(schedule.finished(kStart + 999 * kMs));
}

/// Coordinated omission: a client that waits for a slow server before its next request does not measure how long other
/// clients would have waited. An open loop keeps the intended time of each request.
TEST(ArrivalSchedule, AfterAStallRequestsKeepTheirIntendedTimes) {
  Plan open = plan_for_tests();
  open.rate = 1'000;
  open.requests = 400;
  ArrivalSchedule schedule = started(open);
  const Tick stalled_until = kStart + 300 * kMs;
  for (int n = 0; n <= 300; ++n) ASSERT_EQ(schedule.take(stalled_until, 0), kStart + n * kMs);
  EXPECT_FALSE(schedule.take(stalled_until, 0));
}

TEST(ArrivalSchedule, ThreadsTakeTurnsInOneSchedule) {
  Plan open = plan_for_tests();
  open.rate = 1'000;
  open.threads = 4;
  open.duration = 10ms;
  std::vector<Tick> times;
  for (int thread = 0; thread < open.threads; ++thread) {
    ArrivalSchedule schedule = started(open, thread);
    while (const auto intended = schedule.take(kStart + 1'000 * kMs, 0)) times.push_back(*intended);
    EXPECT_TRUE(schedule.finished(kStart));
  }
  std::sort(times.begin(), times.end());
  ASSERT_EQ(times.size(), 10U);
  for (int n = 0; n < 10; ++n) EXPECT_EQ(times[static_cast<std::size_t>(n)], kStart + n * kMs);
}

TEST(ArrivalSchedule, ARequestThatWaitsTooLongForAConnectionIsDroppedAndCounted) {
  Plan open = plan_for_tests();
  open.rate = 1'000;
  open.requests = 1'000;
  open.drop_after = 100ms;
  ArrivalSchedule schedule = started(open);
  EXPECT_EQ(schedule.drop_late(kStart + 100 * kMs), 0);
  EXPECT_EQ(schedule.drop_late(kStart + 300 * kMs), 200);
  EXPECT_EQ(schedule.take(kStart + 300 * kMs, 0), kStart + 200 * kMs);
  EXPECT_EQ(schedule.drop_late(kStart + 9'000 * kMs), 799);
  EXPECT_TRUE(schedule.finished(kStart + 9'000 * kMs));
}

TEST(ArrivalSchedule, AfterStopItSendsNoMore) {
  for (const bool open : {false, true}) {
    Plan either = plan_for_tests();
    either.duration = 1s;
    if (open) either.rate = 1'000;
    ArrivalSchedule schedule = started(either);
    EXPECT_TRUE(schedule.take(kStart, 0));
    schedule.stop();
    EXPECT_TRUE(schedule.finished(kStart));
    EXPECT_FALSE(schedule.take(kStart + 10 * kMs, 0));
  }
}

}  // namespace
}  // namespace firstcome::load
