#include "log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::log {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z";

class LogTest : public testing::Test {
 protected:
  void TearDown() override {
    log::set_level("info");
    log::set_format("text");
  }
  template <class Say>
  static std::string said(Say say) {
    testing::internal::CaptureStderr();
    say();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, TextIsALineWithTheTimeInUtc) {
  const std::string line = said([] { log::warn("away since %s {}\nfor long", {{"partition", 3}}); });
  EXPECT_THAT(line, MatchesRegex(std::string(kTime) + " warning away since %s \\{\\} for long\n"));
}

TEST_F(LogTest, JsonHasTheFactsAsMembers) {
  log::set_format("json");
  const std::string line = said([] {
    log::error("\"a\\b\"\n\x01", {{"partition", 3}, {"reason", "it's \"so\""}});
  });
  EXPECT_THAT(line, MatchesRegex("\\{\"time\":\"" + std::string(kTime) +
                                 "\",\"level\":\"error\",\"message\":\".*\",\"partition\":3,"
                                 "\"reason\":\"it's \\\\\"so\\\\\"\"\\}\n"));
  EXPECT_THAT(line, HasSubstr(R"("message":"\"a\\b\"\u000a\u0001")"));
}

TEST_F(LogTest, WhatRepeatsTenThousandTimesIsAFewLinesWithACount) {
  const std::string lines = said([] {
    for (int i = 0; i < 10'000; ++i) log::warn("no answer after " + std::to_string(i) + " ms");
    log::say_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
  EXPECT_THAT(lines, HasSubstr("no answer after 9999 ms (9997 lines like this within "));
}

TEST_F(LogTest, TheRowThatADatabaseQuotesIsAUsersAndIsLeftOut) {
  const std::string line =
      said([] { log::error("HALTS: Key (policy_id, user_id)=(7, 42) already exists; offsets 1 to 2"); });
  EXPECT_THAT(line, HasSubstr("Key (policy_id, user_id)=(…) already exists; offsets 1 to 2"));
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNeitherSaidNorCounted) {
  log::set_level("warn");
  const std::string lines = said([] {
    for (int i = 0; i < 10; ++i) log::info("fine");
    log::say_last_repeats();
  });
  EXPECT_EQ(lines, "");
}

TEST_F(LogTest, OtherWordsAreNoLevelAndNoFormat) {
  EXPECT_FALSE(log::set_level("loud"));
  EXPECT_FALSE(log::set_format("xml"));
}

}  // namespace
}  // namespace firstcome::log
