#include <gtest/gtest.h>

#include <set>
#include <string>

#include "domain/code.h"
#include "domain/home.h"
#include "domain/ids.h"
#include "domain/policy_numbers.h"
#include "domain/time.h"

namespace firstcome {
namespace {

TEST(Codes, KeepTheirNumbers) {
  const std::pair<int, const char*> frozen[] = {
      {0, "NONE"},           {1, "SUCCESS"},    {2, "ALREADY_ISSUED"},  {3, "SOLD_OUT"},
      {4, "NOT_STARTED"},    {5, "ENDED"},      {6, "PAUSED"},          {7, "CLOSED"},
      {8, "UNKNOWN_POLICY"}, {9, "INVALID"},    {10, "FORWARDED"},      {11, "DUPLICATE"},
      {12, "ACCEPTED"},      {13, "REFUSED"},   {14, "STALE"},          {15, "EXISTS"},
      {16, "RULES"},         {17, "UNCHANGED"}, {18, "UNKNOWN_COUPON"}, {19, "ALREADY_USED"},
      {20, "RESERVED"},      {21, "CANCELLED"}, {22, "EXPIRED"},        {23, "NOT_YET_VALID"},
      {24, "NOT_RESERVED"},  {25, "NOT_USED"},  {26, "NOT_ELIGIBLE"},
  };
  for (const auto& [number, name] : frozen) {
    ASSERT_TRUE(code_from_number(static_cast<std::uint8_t>(number)));
    EXPECT_EQ(name_of(*code_from_number(static_cast<std::uint8_t>(number))), name);
  }
  EXPECT_EQ(kCodes.size(), std::size(frozen)) << "add the new code above";
  EXPECT_FALSE(code_from_number(27));
}

// Expected values from Kafka's own UtilsTest.testMurmur2.
TEST(Murmur2, IsThatOfTheJavaClient) {
  const std::pair<const char*, std::int32_t> known[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [text, hash] : known) EXPECT_EQ(static_cast<std::int32_t>(murmur2(text)), hash) << text;
}

TEST(Home, IsThePartitionOfTheJavaClient) {
  const std::int64_t known[][4] = {
#include "domain/java_partitions.inc"
  };
  for (const auto& [policy, of_3, of_12, of_1000] : known) {
    EXPECT_EQ(home(PolicyId{policy}, 3), of_3) << policy;
    EXPECT_EQ(home(PolicyId{policy}, 12), of_12) << policy;
    EXPECT_EQ(home(PolicyId{policy}, 1000), of_1000) << policy;
  }
}

TEST(Home, SpreadsPoliciesOverAllPartitions) {
  std::set<Partition> homes;
  for (std::int64_t id = 1; id <= 100; ++id) homes.insert(home(PolicyId{id}, 3));
  EXPECT_EQ(homes, (std::set<Partition>{0, 1, 2}));
}

TEST(Ids, AreDecimalFromOneTo63Bits) {
  EXPECT_EQ(parse_id("1"), 1);
  EXPECT_EQ(parse_id("9223372036854775807"), INT64_MAX);
  for (const char* bad : {"", "0", "-1", "+1", "01", "1 ", " 1", "1.0", "9223372036854775808", "x"}) {
    EXPECT_FALSE(parse_id(bad)) << bad;
  }
}

TEST(PolicyNumbers, OfAKeyNeverChange) {
  EXPECT_EQ(policy_id_of_key("8e03978e-40d5-43e8-bc93-6894a57f9324", 0), PolicyId{3590759539});
  EXPECT_EQ(policy_id_of_key("8e03978e-40d5-43e8-bc93-6894a57f9324", 1), PolicyId{3779385478});
  EXPECT_EQ(policy_id_of_key("a", 0), PolicyId{2945769813});
}

TEST(PolicyNumbers, OfKeysAreSpreadAboveThoseInOrder) {
  std::set<PolicyId> ids;
  for (int i = 0; i < 1'000; ++i) {
    const PolicyId id = policy_id_of_key("key " + std::to_string(i % 100), i / 100);
    EXPECT_GE(id.value, std::int64_t{1} << 31);
    EXPECT_LT(id.value, std::int64_t{1} << 32);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1'000U);
}

TEST(Times, AreParsed) {
  const Timestamp noon = from_millis(1795442400123);
  EXPECT_EQ(parse_rfc3339("2026-11-23T14:00:00.123Z"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T23:00:00.123+09:00"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23t08:30:00.123456789-05:30"), noon);
  EXPECT_EQ(parse_rfc3339("2026-11-23T14:00:00.1Z"), noon - milliseconds{23});
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), from_millis(1709164800000));
}

TEST(Times, InvalidOnesAreRefused) {
  for (const char* bad :
       {"", "2026-11-23", "2026-11-23T14:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T14:60:00Z", "2026-11-23T14:00:00.Z", "2026-11-23T14:00:00Zjunk",
        "2026-11-23T14:00:00+9:00", "26-11-23T14:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Times, AreFromYear1To9999InUtc) {
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), kEarliestTime);
  EXPECT_EQ(parse_rfc3339("0000-12-31T23:00:00-01:00"), kEarliestTime);
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59.999Z"), kLatestTime);
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59.9999999Z"), kLatestTime);
  EXPECT_EQ(format_rfc3339(kEarliestTime), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(kLatestTime), "9999-12-31T23:59:59.999Z");
  for (const char* bad :
       {"9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59.999-00:01", "0001-01-01T00:00:00+00:01",
        "0000-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Times, FollowTheGrammarOfRfc3339) {
  const Timestamp noon = from_millis(1795442400000);
  for (const char* same :
       {"2026-11-23T14:00:00Z", "2026-11-23t14:00:00z", "2026-11-23 14:00:00Z", "2026-11-23T14:00:00-00:00",
        "2026-11-23T14:00:00+00:00", "2026-11-24T13:59:00+23:59", "2026-11-22T14:01:00-23:59",
        "2026-11-23T14:00:00.0Z", "2026-11-23T14:00:00.000999999999999999999999999999999Z"}) {
    EXPECT_EQ(parse_rfc3339(same), noon) << same;
  }
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.9999Z"), from_millis(-1)) << "cut off, not rounded";
  for (const char* bad :
       {"2016-12-31T23:59:60Z", "2017-01-01T08:59:60+09:00", "2026-11-23T14:00:00,5Z", "2026-11-23T14:00Z",
        "20261123T140000Z", "2026-11-23T14:00:00+09", "2026-11-23T14:00:00+0900", "2026-11-23T14:00:00+24:00",
        "2026-11-23T14:00:00+09:60", "2026-11-23T14:00:00 Z", "2026-11-23T14:00:00Z ",
        " 2026-11-23T14:00:00Z",
        "2026-11-23T14:00:00\u2212"
        "05:00",
        "+2026-11-23T14:00:00Z", "-001-11-23T14:00:00Z", "infinity"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Times, AreWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(from_millis(1795442400007)), "2026-11-23T14:00:00.007Z");
  EXPECT_EQ(format_rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(parse_rfc3339(format_rfc3339(from_millis(1709164801999))), from_millis(1709164801999));
}

}  // namespace
}  // namespace firstcome
