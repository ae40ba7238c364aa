#include "cli/dead_letters.h"

#include <gtest/gtest.h>

#include "replica/relay.h"

namespace firstcome::cli {
namespace {

using Headers = std::vector<std::pair<std::string, std::optional<std::string>>>;

journal::RawRecord as_read(const journal::Append& letter, Offset offset) {
  return {.offset = offset, .key = letter.key, .value = letter.value, .headers = letter.headers};
}

TEST(DeadLetterTest, SeparatesTheHeadersOfTheIssuerFromThoseOfTheRecord) {
  const std::vector<journal::Header> headers = {
      {"__TypeId__", "shop.Message"}, {"empty", ""}, {"null", "", true}, {kReplayedHeader, "0:3"}};
  const journal::RawRecord record{
      .offset = 5'000'000'000, .timestamp = from_millis(1'800'000'000'123), .value = "{", .headers = headers};
  const replica::Relay relay = replica::relay_to_dead_letters(record, "no JSON");
  replica::RelayWriter writer(2, journal::RecordMac(InstallationKey{}, 1),
                              {.topic = "requests", .group = "issuers"});
  const DeadLetter letter = read_dead_letter(0, as_read(writer.write(relay), 9));
  EXPECT_EQ(letter.id(), "0:9");
  EXPECT_EQ(letter.source(), "requests 2:5000000000");
  EXPECT_EQ(letter.original_time, record.timestamp);
  EXPECT_EQ(letter.reason, "no JSON");
  EXPECT_EQ(letter.key, std::nullopt);
  EXPECT_EQ(letter.value, "{");
  EXPECT_EQ(letter.headers, Headers({{"__TypeId__", "shop.Message"}, {"empty", ""}, {"null", std::nullopt}}));
  EXPECT_EQ(letter.replayed, "0:3");
  EXPECT_EQ(letter.cut_from, std::nullopt);
}

TEST(DeadLetterTest, HasTheLengthOfACutValue) {
  const std::string value(std::size_t{3} << 20, 'v');
  const replica::Relay relay = replica::relay_to_dead_letters({.value = value}, "too long");
  replica::RelayWriter writer(0, journal::RecordMac(InstallationKey{}, 1), {});
  EXPECT_EQ(read_dead_letter(0, as_read(writer.write(relay), 0)).cut_from, std::int64_t{3} << 20);
}

TEST(DeadLetterTest, LeavesFieldsEmptyForUnreadableHeaders) {
  const std::vector<journal::Header> headers = {{"kafka_dlt-original-offset", "17"},
                                                {"kafka_dlt-original-partition", ""},
                                                {"kafka_dlt-exception-stacktrace", "at shop"},
                                                {"firstcome-cut", "much"}};
  const DeadLetter letter = read_dead_letter(1, {.value = "x", .headers = headers});
  EXPECT_EQ(letter.original_offset, std::nullopt);
  EXPECT_EQ(letter.original_partition, std::nullopt);
  EXPECT_EQ(letter.source(), "unknown");
  EXPECT_EQ(letter.cut_from, std::nullopt);
  EXPECT_EQ(letter.headers, Headers());
}

TEST(ParseLetterIdTest, AcceptsOnlyPartitionAndOffset) {
  EXPECT_EQ(parse_letter_id("2:17"), std::make_pair(Partition{2}, Offset{17}));
  for (const char* wrong :
       {"", ":", "1", "1:", ":1", "-1:2", "1:-2", "1:2:3", " 1:2", "1:x", "99999999999:1"})
    EXPECT_EQ(parse_letter_id(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace firstcome::cli
