#include "audit/words.h"

#include <gtest/gtest.h>

namespace firstcome::audit {
namespace {

TEST(WordsTest, CountsHaveTheirUnit) {
  EXPECT_EQ(count(1, "record"), "1 record");
  EXPECT_EQ(count(1'794, "record"), "1,794 records");
  EXPECT_EQ(count(2, "policy"), "2 policies");
}

TEST(WordsTest, OrdinalsEndAsTheyAreSpoken) {
  EXPECT_EQ(ordinal(1), "1st");
  EXPECT_EQ(ordinal(2), "2nd");
  EXPECT_EQ(ordinal(13), "13th");
  EXPECT_EQ(ordinal(23), "23rd");
  EXPECT_EQ(ordinal(1'011), "1,011th");
  EXPECT_EQ(ordinal(1'794), "1,794th");
}

TEST(WordsTest, DurationsHaveTheUnitThatFits) {
  EXPECT_EQ(duration(milliseconds{3}), "3 ms");
  EXPECT_EQ(duration(milliseconds{2'500}), "2.5 s");
  EXPECT_EQ(duration(milliseconds{250'000}), "4 min 10 s");
  EXPECT_EQ(duration(milliseconds{12'000'000}), "3 h 20 min");
  EXPECT_EQ(duration(milliseconds{864'000'000}), "10 days");
}

TEST(WordsTest, TimesThatNoCalendarHasAreShownAsTheyAreStored) {
  EXPECT_EQ(time_in_words(std::nullopt), "none");
  EXPECT_EQ(time_in_words(from_millis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_in_words(from_millis(INT64_MAX)), "9223372036854775807 ms");
  EXPECT_EQ(time_in_words(from_millis(INT64_MIN)), "-9223372036854775808 ms");
}

}  // namespace
}  // namespace firstcome::audit
