#include <atomic>
#include <chrono>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using std::chrono::days;

/// An embedded node whose journal uses a clock of the test.
class ClockTest : public NodeTest {
 protected:
  ClockTest() {
    settings_.plan.clock = [this] { return from_millis(clock_ms_); };
    restart();
  }
  /// The threads of the node end before clock_ms_ is destroyed.
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
  /// Waits for a response with this status and text.
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

TEST_F(ClockTest, ANodeAYearAheadOfAWindowAppendsNothingUntilItsClockIsRight) {
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
  EXPECT_EQ(issue(open, 3).json("sequence"), "1") << "no refused request was recorded";
}

TEST_F(ClockTest, AClockStepAtRunTimeIsRefusedLikeOneAtTheStart) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  window(days{100}, days{120});
  step(days{99});
  EXPECT_EQ(issue(open, 1).status, 201) << "no policy starts or ends in between";
  step(days{99});
  EXPECT_EQ(issue(open, 2).status, 503);
}

TEST_F(ClockTest, AGapOf90DaysCountsAsAServerThatDidNotRun) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  window(days{-1}, days{30});
  step(days{90});
  EXPECT_EQ(issue(open, 1).status, 201);
}

TEST_F(ClockTest, AClosedPolicyIsIgnored) {
  const std::string open = create("\"name\":\"open\",\"maxCount\":10");
  const std::string over = window(days{-1}, days{30});
  EXPECT_EQ(admin("POST", "/v1/policies/" + over + "/close", {}, kJson).status, 200);
  step(days{365});
  EXPECT_EQ(issue(open, 1).status, 201);
}

TEST_F(ClockTest, AnAcceptedClockIsUsedAndReadyzShowsHowFarTheJournalIsAhead) {
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
