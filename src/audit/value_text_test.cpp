#include "audit/value_text.h"

#include <gtest/gtest.h>

namespace firstcome::audit {
namespace {

TEST(ValueTextTest, OrdinalsHaveTheEnglishEnding) {
  EXPECT_EQ(ordinal_text(1), "1st");
  EXPECT_EQ(ordinal_text(2), "2nd");
  EXPECT_EQ(ordinal_text(13), "13th");
  EXPECT_EQ(ordinal_text(23), "23rd");
  EXPECT_EQ(ordinal_text(1'011), "1,011th");
  EXPECT_EQ(ordinal_text(1'794), "1,794th");
}

TEST(ValueTextTest, DurationsHaveTheUnitThatFits) {
  EXPECT_EQ(duration_text(milliseconds{3}), "3 ms");
  EXPECT_EQ(duration_text(milliseconds{2'500}), "2.5 s");
  EXPECT_EQ(duration_text(milliseconds{250'000}), "4 min 10 s");
  EXPECT_EQ(duration_text(milliseconds{12'000'000}), "3 h 20 min");
  EXPECT_EQ(duration_text(milliseconds{864'000'000}), "10 days");
}

TEST(ValueTextTest, TimesWithoutAFourDigitYearAreShownInMilliseconds) {
  EXPECT_EQ(time_text(std::nullopt), "none");
  EXPECT_EQ(time_text(from_millis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_text(from_millis(INT64_MAX)), "9223372036854775807 ms");
  EXPECT_EQ(time_text(from_millis(INT64_MIN)), "-9223372036854775808 ms");
}

}  // namespace
}  // namespace firstcome::audit
