#include "domain/duration.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace firstcome {
namespace {

TEST(Duration, ReadsWeeksOrDaysHoursMinutesAndSeconds) {
  const std::vector<std::pair<std::string, std::int64_t>> readable = {
      {"PT10M", 600'000},
      {"PT1S", 1'000},
      {"PT0S", 0},
      {"P1D", 86'400'000},
      {"P2W", 1'209'600'000},
      {"P1DT2H3M4S", 93'784'000},
      {"PT36H", 129'600'000},
      {"PT0.5S", 500},
      {"PT1.025S", 1'025},
      {"P0D", 0},
      {"PT90M", 5'400'000},
      {"P36600D", 3'162'240'000'000},
      {"PT9999999999S", 9'999'999'999'000},
      {"P9999999999W", 6'047'999'999'395'200'000}};
  for (const auto& [text, millis] : readable) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(duration->count(), millis) << text;
  }
}

TEST(Duration, ReadsNoOtherText) {
  for (const char* text : {"",          "P",      "PT",
                           "P1",        "1D",     "10M",
                           "P1M",       "P1Y",    "P1Y1D",
                           "-P1D",      "P-1D",   "+PT1S",
                           "p1d",       "pt1s",   "P1D ",
                           " P1D",      "P1H",    "PT1D",
                           "PT1M1H",    "PT1S1S", "P1DT",
                           "P1W1D",     "P1D1W",  "PW",
                           "PT1W",      "PT.5S",  "PT1.S",
                           "PT1.0001S", "PT1,5S", "PT1.5M",
                           "PT1.5H",    "P1.5D",  "PT10000000000000S",
                           "PT1e3S",    "600",    "P1DT1HT1M",
                           "PTS",       "PT1"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsEqualAfterFormatAndParse) {
  const std::vector<std::pair<std::int64_t, std::string>> formatted = {
      {0, "PT0S"},          {500, "PT0.5S"},           {1'025, "PT1.025S"},
      {600'000, "PT10M"},   {86'400'000, "P1D"},       {93'784'000, "P1DT2H3M4S"},
      {604'800'000, "P7D"}, {86'400'001, "P1DT0.001S"}};
  for (const auto& [millis, text] : formatted) {
    EXPECT_EQ(format_duration(milliseconds{millis}), text);
    EXPECT_EQ(parse_duration(text), milliseconds{millis});
  }
}

}  // namespace
}  // namespace firstcome
