#include "thread/periodic_thread.h"

#include <gtest/gtest.h>

#include <semaphore>

namespace firstcome::thread {
namespace {

constexpr milliseconds kLong{3'600'000};
constexpr milliseconds kPatience{60'000};

Instant now() { return std::chrono::steady_clock::now(); }

/// A step that returns a time after `pause`, and that a test can wait for.
class Steps {
 public:
  explicit Steps(milliseconds pause) : pause_(pause) {}
  std::optional<Instant> operator()() {
    ++count;
    taken_.release();
    if (ends) return std::nullopt;
    return now() + pause_;
  }
  bool wait_for_one() { return taken_.try_acquire_for(kPatience); }

  std::atomic<int> count{0};
  std::atomic<bool> ends{false};

 private:
  const milliseconds pause_;
  std::counting_semaphore<> taken_{0};
};

TEST(APeriodicThread, StepsAtTheTimesThatTheStepReturns) {
  Steps steps(milliseconds{1});
  PeriodicThread thread("test", [&] { return steps(); });
  thread.start();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(steps.wait_for_one());
}

TEST(APeriodicThread, EndsALongSleepWhenNudged) {
  Steps steps(kLong);
  PeriodicThread thread("test", [&] { return steps(); });
  thread.start();
  EXPECT_TRUE(steps.wait_for_one());
  thread.nudge();
  EXPECT_TRUE(steps.wait_for_one());
}

TEST(APeriodicThread, EndsAnySleepWhenWoken) {
  Steps steps(kLong);
  PeriodicThread thread("test", [&] { return steps(); });
  thread.start();
  EXPECT_TRUE(steps.wait_for_one());
  thread.wake();
  EXPECT_TRUE(steps.wait_for_one());
}

TEST(APeriodicThread, StopsAtOnceDuringALongSleep) {
  Steps steps(kLong);
  PeriodicThread thread("test", [&] { return steps(); });
  thread.start();
  EXPECT_TRUE(steps.wait_for_one());
  thread.stop();
  EXPECT_EQ(steps.count, 1);
  EXPECT_FALSE(thread.finished_within(kPatience));
}

TEST(APeriodicThread, EndsWhenTheStepReturnsNothing) {
  Steps steps(kLong);
  PeriodicThread thread("test", [&] { return steps(); });
  thread.start();
  EXPECT_TRUE(steps.wait_for_one());
  EXPECT_FALSE(thread.finished_within(milliseconds{0}));
  steps.ends = true;
  thread.wake();
  EXPECT_TRUE(thread.finished_within(kPatience));
}

TEST(APeriodicThread, HasNotFinishedIfItWasNeverStarted) {
  PeriodicThread thread("test", [] { return std::optional<Instant>(); });
  EXPECT_FALSE(thread.finished_within(kPatience));
}

}  // namespace
}  // namespace firstcome::thread
