#include <atomic>
#include <chrono>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using std::chrono::days;

/// An embedded node whose journal has a clock of the test's own.
class ClockTest : public NodeTest {
 protected:
  ClockTest() {
    settings_.plan.clock = [this] { return from_millis(clock_ms_); };
    restart();
  }
  /// Those threads end before clock_ms_ does.
  ~ClockTest() override {
    EXPECT_TRUE(node_->stop());
    node_.reset();
  }
  void step(days by) { clock_ms_ += milliseconds(by).count(); }
  std::string window(days starts_in, days ends_in) {
    const Timestamp now = from_millis(clock_ms_);
    return create("\"name\":\"window\",\"maxCount\":10,\"issueStartsAt\":\"" +
                  format_rfc3339(now + starts_in) + "\",\"issueEndsAt\":\"" + format_rfc3339(now + ends_in) +
                  "\"");
  }
  /// Asks until it has this status and these words.
  void expect_readyz(int status, const std::string& words = {}) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    Response ready = admin("GET", "/readyz");
    while (ready.status != status || ready.body.find(words) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << ready.status << ": " << ready.body;
      ready = admin("GET", "/readyz");
    }
  }

  std::atomic<std::int64_t> clock_ms_{
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
};

TEST_F(ClockTest, AYearAheadOverAWindowNothingIsAppendedUntilTheClockIsRight) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  window(days{-1}, days{30});
  ASSERT_TRUE(node_->stop());
  node_.reset();
  step(days{365});
  start();
  expect_readyz(503, "start with --accept-clock");
  EXPECT_EQ(issue(open, 2).json("result"), "\"UNAVAILABLE\"");
  step(-days{365});
  expect_readyz(200);
  EXPECT_EQ(issue(open, 3).json("sequence"), "1") << "nothing of what was refused was recorded";
}

TEST_F(ClockTest, AStepWhileItRunsIsRefusedAsOneAtTheStart) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  window(days{100}, days{120});
  step(days{99});
  EXPECT_EQ(issue(open, 1).status, 201) << "no policy opens or ends in between";
  step(days{99});
  EXPECT_EQ(issue(open, 2).status, 503);
}

TEST_F(ClockTest, UpTo90DaysAreAServerThatDidNotRun) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  window(days{-1}, days{30});
  step(days{90});
  EXPECT_EQ(issue(open, 1).status, 201);
}

TEST_F(ClockTest, AClosedPolicyDoesNotCount) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  const std::string over = window(days{-1}, days{30});
  EXPECT_EQ(admin("POST", "/v1/policies/" + over + "/close", {}, kJson).status, 200);
  step(days{365});
  EXPECT_EQ(issue(open, 1).status, 201);
}

TEST_F(ClockTest, AcceptedItIsTakenAndTheJournalsClockIsShownToBeAhead) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  const std::string ended = window(days{-1}, days{30});
  settings_.plan.accept_clock = true;
  step(days{365});
  restart();
  EXPECT_EQ(issue(open, 1).status, 201);
  EXPECT_EQ(issue(ended, 1).json("result"), "\"ENDED\"");
  expect_readyz(200, "\"clockAheadMs\":315");
}

}  // namespace
}  // namespace firstcome::test
