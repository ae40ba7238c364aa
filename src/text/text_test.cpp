#include <gtest/gtest.h>

#include "text/grouped.h"
#include "text/json_text.h"

namespace firstcome::text {
namespace {

TEST(Grouped, HasACommaBetweenGroupsOfThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-1'234'567), "-1,234,567");
}

TEST(Counted, HasTheSingularOrThePlural) {
  EXPECT_EQ(counted(1, "record"), "1 record");
  EXPECT_EQ(counted(1'794, "record"), "1,794 records");
  EXPECT_EQ(counted(2, "policy"), "2 policies");
}

TEST(JsonText, EscapesQuotesBackslashesAndControlCharacters) {
  std::string out = "a";
  append_quoted("\"\\/\n\x1f\x7f한", out);
  EXPECT_EQ(out, "a\"\\\"\\\\/\\u000a\\u001f\x7f한\"");
}

TEST(JsonText, WritesATimeInQuotes) {
  std::string out;
  append_time(from_millis(1795442400007), out);
  EXPECT_EQ(out, R"("2026-11-23T14:00:00.007Z")");
}

TEST(JsonText, WritesMembersWithCommasBetweenThem) {
  std::string out = "{";
  append_member("id", std::int64_t{-7}, out);
  append_member("name", "a \"b\"", out);
  append_member("at", from_millis(0), out);
  EXPECT_EQ(out, R"({"id":-7,"name":"a \"b\"","at":"1970-01-01T00:00:00.000Z")");
}

}  // namespace
}  // namespace firstcome::text
