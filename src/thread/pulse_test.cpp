#include "thread/pulse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "thread/periodic_thread.h"

namespace firstcome::thread {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant kStart{std::chrono::hours{1}};
constexpr milliseconds kMost{10'000};

TEST(Pulse, OnlyAThreadThatDoesNotMoveForTheWholeTimeIsStuck) {
  bool one = false;
  bool two = true;
  Pulse pulse;
  pulse.add("one", [&] { return one; });
  pulse.add("two", [&] { return two; });
  EXPECT_THAT(pulse.look(kStart, kMost), IsEmpty()) << "the first call only asks";
  EXPECT_THAT(pulse.look(kStart + kMost - milliseconds{1}, kMost), IsEmpty());
  EXPECT_THAT(pulse.look(kStart + kMost, kMost), ElementsAre("one"));
  two = false;
  EXPECT_THAT(pulse.look(kStart + 2 * kMost, kMost), ElementsAre("one", "two"));
  one = true;
  EXPECT_THAT(pulse.look(kStart + 2 * kMost, kMost), ElementsAre("two"));
  one = false;
  EXPECT_THAT(pulse.look(kStart + 3 * kMost - milliseconds{1}, kMost), ElementsAre("two"));
}

TEST(Pulse, APeriodicThreadMovesWithEachStepAndNotInsideOfOne) {
  std::mutex mutex;
  std::condition_variable changed;
  bool blocked = true;
  bool inside = false;
  PeriodicThread thread("blocked", [&]() -> std::optional<Instant> {
    std::unique_lock lock(mutex);
    inside = true;
    changed.notify_all();
    changed.wait(lock, [&] { return !blocked; });
    return Instant{};
  });
  thread.start();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inside; });
  }
  thread.has_moved();
  EXPECT_FALSE(thread.has_moved());
  {
    const std::lock_guard lock(mutex);
    blocked = false;
    changed.notify_all();
  }
  while (!thread.has_moved()) std::this_thread::yield();
  thread.stop();
}

}  // namespace
}  // namespace firstcome::thread
