#include "cli/source_time.h"

#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using std::chrono::minutes;

TEST(IsoOffset, IsPositiveInTheEast) {
  EXPECT_EQ(parse_iso_offset("+09:00"), minutes{540});
  EXPECT_EQ(parse_iso_offset("-05:00"), minutes{-300});
  EXPECT_EQ(time_at_offset("t.issued_at", minutes{540}).instant,
            "(t.issued_at AT TIME ZONE interval '540 minutes')");
}

TEST(IsoOffset, HasTheFormsOfIso8601) {
  for (const char* same : {"+0530", "+05:30"}) EXPECT_EQ(parse_iso_offset(same), minutes{330}) << same;
  for (const char* zero : {"Z", "z", "+00", "-00:00", "+0000"})
    EXPECT_EQ(parse_iso_offset(zero), minutes{0}) << zero;
  EXPECT_EQ(parse_iso_offset("-03"), minutes{-180});
  EXPECT_EQ(parse_iso_offset("+14:00"), minutes{840});
}

TEST(IsoOffset, IsNothingElse) {
  for (const char* other :
       {"", "+", "+9", "09:00", "+9:00", "+09:0", "+09:60", "+09:00:00", "+14:01", "+24:00", "+-9:00",
        " +09:00", "+09:00 ", "+090", "KST", "UTC+9", "GMT+9", "Asia/Seoul", "\u221209:00"}) {
    EXPECT_FALSE(parse_iso_offset(other)) << other;
  }
}

}  // namespace
}  // namespace firstcome::cli
