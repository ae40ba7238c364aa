#include <gtest/gtest.h>

#include <set>

#include "journal/journal.h"

namespace firstcome::test {
namespace {

using journal::Header;
using journal::RawRecord;

TEST(JournalChecksumTest, IsCrc32cAndNeverChanges) {
  // Stored with the position, so after a change every journal would look like another one.
  const std::vector<Header> headers = {{"kind", "policy"}};
  const RawRecord record{.timestamp = from_millis(1'800'000'000'000),
                         .key = "7",
                         .value = R"({"userId":42})",
                         .headers = headers};
  EXPECT_EQ(journal::checksum(record), 3592263432U);
}

TEST(JournalChecksumTest, DistinguishesSimilarRecords) {
  const std::vector<Header> ab_c = {{"ab", "c"}};
  const std::vector<Header> a_bc = {{"a", "bc"}};
  const std::vector<Header> two = {{"ab", "c"}, {"", ""}};
  const Timestamp at = from_millis(1);
  const std::vector<RawRecord> records = {
      {.timestamp = at},
      {.timestamp = from_millis(2)},
      {.timestamp = at, .key = ""},
      {.timestamp = at, .value = ""},
      {.timestamp = at, .key = "ab", .value = "c"},
      {.timestamp = at, .key = "a", .value = "bc"},
      {.timestamp = at, .key = "abc"},
      {.timestamp = at, .value = "abc"},
      {.timestamp = at, .headers = ab_c},
      {.timestamp = at, .headers = a_bc},
      {.timestamp = at, .headers = two},
  };
  std::set<std::uint32_t> seen;
  for (const RawRecord& record : records) seen.insert(journal::checksum(record));
  EXPECT_EQ(seen.size(), records.size());
}

TEST(JournalChecksumTest, DoesNotDependOnTheOffset) {
  RawRecord record{.timestamp = from_millis(1), .value = "x"};
  const auto here = journal::checksum(record);
  record.offset = 1000;
  EXPECT_EQ(journal::checksum(record), here);
}

}  // namespace
}  // namespace firstcome::test
