#include "log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace firstcome::log {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z";

class LogTest : public testing::Test {
 protected:
  void TearDown() override {
    log::set_level("info");
    log::set_format("text");
  }
  template <class Write>
  static std::string output_of(Write write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesALineOfTextWithTheTimeInUtc) {
  const std::string line = output_of([] { log::warn("away since %s {}\nfor long", {{"partition", 3}}); });
  EXPECT_THAT(line, MatchesRegex(std::string(kTime) + " warning away since %s \\{\\} for long\n"));
}

TEST_F(LogTest, WritesTheFactsAsMembersOfTheJson) {
  log::set_format("json");
  const std::string line = output_of([] {
    log::error("\"a\\b\"\n\x01", {{"partition", 3}, {"reason", "it's \"so\""}});
  });
  EXPECT_THAT(line, MatchesRegex("\\{\"time\":\"" + std::string(kTime) +
                                 "\",\"level\":\"error\",\"message\":\".*\",\"partition\":3,"
                                 "\"reason\":\"it's \\\\\"so\\\\\"\"\\}\n"));
  EXPECT_THAT(line, HasSubstr(R"("message":"\"a\\b\"\u000a\u0001")"));
}

TEST_F(LogTest, EscapesCharactersThatCommandATerminal) {
  EXPECT_THAT(output_of([] { log::warn("a\x1b[2J \u009b31m \x7f \u202e"); }),
              testing::EndsWith("a\\u001b[2J \\u009b31m \\u007f \\u202e\n"));
  log::set_format("json");
  EXPECT_THAT(output_of([] {
                log::warn("\u009b31m", {{"topic", "\u202e"}});
              }),
              HasSubstr(R"("message":"\u009b31m","topic":"\u202e"})"));
}

TEST_F(LogTest, WritesAFewLinesAndACountForTenThousandRepeats) {
  const std::string lines = output_of([] {
    for (int i = 0; i < 10'000; ++i) log::warn("no answer after " + std::to_string(i) + " ms");
    log::log_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
  EXPECT_THAT(lines, HasSubstr("no answer after 9999 ms (9997 lines like this within "));
}

TEST_F(LogTest, DoesNotCountLinesFromTwoPlacesInTheSourceAsRepeats) {
  const std::string lines = output_of([] {
    for (int i = 0; i < 3; ++i) log::warn("away");
    log::warn("away");
    log::log_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
  EXPECT_THAT(lines, Not(HasSubstr("lines like this")));
}

TEST_F(LogTest, DoesNotCountLinesWithDifferentSubjectsAsRepeats) {
  const std::string lines = output_of([] {
    for (int i = 0; i < 10; ++i) {
      log::warn("away", {{"partition", i}, {"waitedMs", 5}});
      log::warn("set wrong", {{"topic", "a"}, {"setting", "s" + std::to_string(i)}});
    }
    log::log_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 20);
}

TEST_F(LogTest, CountsLinesThatDifferOnlyInOtherFactsAsRepeats) {
  const std::string lines = output_of([] {
    for (int i = 0; i < 10; ++i) log::warn("behind", {{"partition", 1}, {"waitedMs", i}});
    log::log_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
}

TEST_F(LogTest, DoesNotLimitDebugLines) {
  log::set_level("debug");
  const std::string lines = output_of([] {
    for (int i = 0; i < 10; ++i) log::debug("connected");
    log::log_last_repeats();
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 10);
}

TEST_F(LogTest, NeitherWritesNorCountsLinesBelowTheLevel) {
  log::set_level("warn");
  const std::string lines = output_of([] {
    for (int i = 0; i < 10; ++i) log::info("fine");
    log::log_last_repeats();
  });
  EXPECT_EQ(lines, "");
}

TEST_F(LogTest, RejectsUnknownLevelsAndFormats) {
  EXPECT_FALSE(log::set_level("loud"));
  EXPECT_FALSE(log::set_format("xml"));
}

}  // namespace
}  // namespace firstcome::log
