#include "journal/same_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace firstcome::journal {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A log from `held.start` to `held.end` with the checksums of its records.
class Log : public JournalReader {
 public:
  Log(Bounds held, std::map<Offset, std::uint32_t> records) : held_(held), records_(std::move(records)) {}
  std::string identity() override { return "log"; }
  std::int32_t partitions() override { return 1; }
  Result<Bounds> bounds(Partition) override { return held_; }
  Result<std::unique_ptr<Follower>> follow(Partition, Offset) override {
    return Error::permanent("not implemented");
  }
  Result<std::optional<std::uint32_t>> checksum_at(Partition, Offset offset) override {
    const auto found = records_.find(offset);
    if (found == records_.end()) return std::optional<std::uint32_t>{};
    return std::optional(found->second);
  }

 private:
  const Bounds held_;
  const std::map<Offset, std::uint32_t> records_;
};

constexpr RecordMark kDecided{.partition = 2, .offset = 9, .checksum = 77};
constexpr Offset kPosition = 10;

SameLog found(Bounds held, std::map<Offset, std::uint32_t> records) {
  Log log(held, std::move(records));
  return *compare_log(log, kDecided, kPosition);
}

std::string why_another(Bounds held, std::map<Offset, std::uint32_t> records) {
  Log log(held, std::move(records));
  const auto same = compare_log(log, kDecided, kPosition);
  return same.ok() ? "no error" : same.error().message;
}

TEST(SameLogTest, TheSameRecordProvesTheSameLog) {
  EXPECT_EQ(found({0, 12}, {{9, 77}, {10, 1}}), SameLog::Yes);
  EXPECT_EQ(found({9, 10}, {{9, 77}}), SameLog::Yes);
}

TEST(SameLogTest, ARemovedRecordProvesNothingIfThePositionIsInsideTheLog) {
  EXPECT_EQ(found({10, 12}, {{10, 1}}), SameLog::Unknown);
  EXPECT_EQ(found({10, 10}, {}), SameLog::Unknown);
}

TEST(SameLogTest, ALogThatBeginsAfterThePositionProvesNothing) {
  EXPECT_EQ(found({11, 12}, {{11, 1}}), SameLog::Removed);
  EXPECT_EQ(found({5'000, 5'000}, {}), SameLog::Removed);
}

TEST(SameLogTest, AnotherRecordNoRecordOrAnEarlierEndIsAnotherLog) {
  EXPECT_THAT(why_another({0, 12}, {{9, 78}}),
              HasSubstr("the record at offset 9 is not the one that was decided"));
  EXPECT_THAT(why_another({9, 12}, {{10, 1}}), HasSubstr("there is no record at offset 9"));
  EXPECT_THAT(why_another({0, 3}, {{2, 1}}), HasSubstr("the journal ends at 3"));
  EXPECT_THAT(why_another({0, 0}, {}), HasSubstr("recreated, truncated, or replaced"));
}

TEST(SameLogTest, TheMessageAboutRemovedRecordsNamesThemAndHowToCheckIfTheyAreSaved) {
  const Error error = records_were_removed(2, 10, 5'000);
  EXPECT_EQ(error.kind, Error::Kind::Permanent);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("Records 10 to 4999 were removed before this node decided them"),
                    HasSubstr("retention.ms, retention.bytes"), HasSubstr("firstcome store check"),
                    HasSubstr("partition 2 is saved up to offset 5000 or beyond"),
                    HasSubstr("start this node again"), Not(HasSubstr("truncated"))));
}

}  // namespace
}  // namespace firstcome::journal
