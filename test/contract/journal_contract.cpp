#include "journal_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

namespace firstcome::test {
namespace {

using journal::AppendOutcome;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Line> numbered(int count) {
  std::vector<Line> lines;
  for (int i = 0; i < count; ++i) lines.push_back(text("value " + std::to_string(i)));
  return lines;
}

std::vector<Offset> offsets_of(const std::vector<ReadLine>& read) {
  std::vector<Offset> offsets;
  for (const ReadLine& one : read) offsets.push_back(one.offset);
  return offsets;
}

std::vector<ReadLine> tail_of(const std::vector<ReadLine>& read, std::size_t from) {
  return {read.begin() + static_cast<std::ptrdiff_t>(from), read.end()};
}

TEST_P(JournalContract, APartitionKeepsTheOrderOfOneSender) {
  auto& journal = world_->open();
  const auto lines = numbered(1000);
  append_all(journal, 1, lines);
  EXPECT_EQ(lines_of(read_all(journal, 1, 0)), lines);
  EXPECT_THAT(read_all(journal, 0, 0), IsEmpty());
}

TEST_P(JournalContract, AcknowledgementsHaveTheOffsetsOfTheRecords) {
  auto& journal = world_->open();
  const auto offsets = append_all(journal, 2, numbered(300));
  EXPECT_EQ(offsets_of(read_all(journal, 2, 0)), offsets);
  EXPECT_TRUE(std::is_sorted(offsets.begin(), offsets.end()));
  EXPECT_EQ(std::adjacent_find(offsets.begin(), offsets.end()), offsets.end());
}

TEST_P(JournalContract, PartitionsHaveIndependentOffsets) {
  auto& journal = world_->open();
  append_all(journal, 0, numbered(5));
  EXPECT_THAT(append_all(journal, 1, numbered(2)), ElementsAre(0, 1));
}

TEST_P(JournalContract, TheEndsOfAllPartitionsAreReadAtOnce) {
  auto& journal = world_->open();
  append_all(journal, 0, numbered(5));
  append_all(journal, 2, numbered(1));
  std::vector<Offset> ends(3, -1);
  journal.ends([&](Partition partition, const Result<Offset>& end) {
    ASSERT_TRUE(end.ok()) << end.error().text();
    ends.at(static_cast<std::size_t>(partition)) = *end;
  });
  EXPECT_THAT(ends, ElementsAre(5, 0, 1));
}

TEST_P(JournalContract, KeysValuesAndHeadersKeepNullAndEmptyDistinct) {
  auto& journal = world_->open();
  const std::string zero("a\0b", 3);
  const std::vector<Line> lines = {
      {"key", "value", {}},
      {std::nullopt, "value", {}},
      {"key", std::nullopt, {}},
      {std::nullopt, std::nullopt, {}},
      {"", "", {}},
      {zero, zero, {{"kind", "policy"}, {"", ""}, {"kind", zero}}},
      {"7", std::string(200'000, 'x'), {{"origin", "1:17"}}},
  };
  append_all(journal, 0, lines);
  EXPECT_EQ(lines_of(read_all(journal, 0, 0)), lines);
}

TEST_P(JournalContract, ReadsFromAnyOffsetWithinBounds) {
  auto& journal = world_->open();
  append_all(journal, 0, numbered(100));
  append_all(journal, 0, numbered(100));
  const auto all = read_all(journal, 0, 0);
  for (const std::size_t from : {0u, 1u, 50u, 99u, 100u, 101u, 199u, 200u}) {
    EXPECT_EQ(read_all(journal, 0, static_cast<Offset>(from)), tail_of(all, from)) << from;
  }
}

TEST_P(JournalContract, BoundsAreTheFirstAndTheNextOffset) {
  auto& journal = world_->open();
  EXPECT_EQ(journal.bounds(0)->start, 0);
  EXPECT_EQ(journal.bounds(0)->end, 0);
  append_all(journal, 0, numbered(3));
  EXPECT_EQ(journal.bounds(0)->start, 0);
  EXPECT_EQ(journal.bounds(0)->end, 3);
  EXPECT_EQ(*journal.end(0), 3);
  EXPECT_EQ(journal.bounds(1)->end, 0);
}

TEST_P(JournalContract, FollowingFromOutsideBoundsIsAPermanentError) {
  auto& journal = world_->open();
  append_all(journal, 0, numbered(3));
  EXPECT_TRUE(journal.follow(0, 3).ok());
  for (const Offset from : {Offset{-1}, Offset{4}}) {
    const auto followed = journal.follow(0, from);
    ASSERT_FALSE(followed.ok()) << from;
    EXPECT_EQ(followed.error().kind, Error::Kind::Permanent);
  }
  EXPECT_FALSE(journal.follow(3, 0).ok());
}

TEST_P(JournalContract, AFollowerAtTheEndGetsLaterRecords) {
  auto& journal = world_->open();
  append_all(journal, 0, numbered(10));
  const auto follower = journal.follow(0, 10);
  ASSERT_TRUE(follower.ok());
  const auto nothing = poll_to_end(**follower);
  EXPECT_THAT(nothing.records, IsEmpty());
  EXPECT_EQ(nothing.position, 10);
  append_all(journal, 0, {text("later")});
  EXPECT_THAT(lines_of(read_all(**follower, 1)), ElementsAre(text("later")));
}

TEST_P(JournalContract, EveryRecordHasTheJournalsTimeWhichNeverDecreases) {
  auto& journal = world_->open();
  for (int i = 0; i < 20; ++i) append_all(journal, 0, numbered(3));
  const auto read = read_all(journal, 0, 0);
  EXPECT_TRUE(std::is_sorted(read.begin(), read.end(),
                             [](const ReadLine& a, const ReadLine& b) { return a.timestamp < b.timestamp; }));
  EXPECT_EQ(read.size(), 60u);
  for (const ReadLine& one : read) EXPECT_TRUE(one.log_append_time);
}

TEST_P(JournalContract, DeadLettersAreNotAmongTheRequests) {
  auto& journal = world_->open();
  Acknowledgements sink;
  const auto appender = journal.make_appender(sink);
  EXPECT_TRUE(try_append(*appender, 0, 1, text("bad"), journal::Destination::DeadLetters));
  EXPECT_TRUE(try_append(*appender, 0, 2, text("good")));
  for (const auto& [token, acknowledgement] : sink.wait_for(2)) {
    EXPECT_EQ(acknowledgement.outcome, AppendOutcome::Appended) << token;
  }
  EXPECT_THAT(lines_of(read_all(journal, 0, 0)), ElementsAre(text("good")));
}

TEST_P(JournalContract, AGaplessAppenderAppendsInOrder) {
  auto& journal = world_->open();
  Acknowledgements sink;
  const auto appender = journal.make_gapless_appender(sink);
  const auto lines = numbered(200);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_TRUE(try_append(*appender, 1, i, lines[i]));
  sink.wait_for(lines.size());
  EXPECT_EQ(lines_of(read_all(journal, 1, 0)), lines);
}

TEST_P(DurableJournalContract, AcknowledgedRecordsAreUnchangedAfterARestart) {
  std::string identity;
  std::vector<ReadLine> before;
  {
    auto& journal = world_->open();
    append_all(journal, 0, {{"k", std::nullopt, {{"kind", "policy"}}}, {std::nullopt, "", {}}, text("x")});
    append_all(journal, 0, numbered(500));
    identity = journal.identity();
    before = read_all(journal, 0, 0);
  }
  world_->close();
  auto& journal = world_->open();
  EXPECT_EQ(journal.identity(), identity);
  EXPECT_EQ(read_all(journal, 0, 0), before);  // includes offsets, times and checksums
}

TEST_P(DurableJournalContract, OffsetsContinueAfterARestart) {
  append_all(world_->open(), 0, numbered(7));
  world_->close();
  EXPECT_THAT(append_all(world_->open(), 0, numbered(2)), ElementsAre(7, 8));
}

TEST_P(DurableJournalContract, OffsetsAreNotUsedAgainAfterAllRecordsAreRemoved) {
  append_all(world_->open(), 0, numbered(7));
  world_->close();
  world_->delete_all_records();
  auto& journal = world_->open();
  EXPECT_EQ(journal.bounds(0)->start, 7);
  EXPECT_EQ(journal.bounds(0)->end, 7);
  EXPECT_FALSE(journal.follow(0, 0).ok());
  EXPECT_THAT(append_all(journal, 0, {text("new")}), ElementsAre(7));
  EXPECT_THAT(lines_of(read_all(journal, 0, 7)), ElementsAre(text("new")));
  EXPECT_EQ(journal.bounds(0)->start, 7);
}

TEST_P(DurableJournalContract, AReaderFromTheBeginningReachesTheNewestRecordWithoutGapOrDuplicate) {
  append_all(world_->open(), 0, numbered(20'000));
  world_->close();
  auto& journal = world_->open();
  const auto follower = journal.follow(0, 0);
  ASSERT_TRUE(follower.ok());
  append_all(journal, 0, numbered(20'000));
  const auto read = read_all(**follower, 40'000);
  ASSERT_EQ(read.size(), 40'000u);
  for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i].offset, static_cast<Offset>(i));
}

TEST_P(DurableJournalContract, AllReadersSeeTheSameOrderOfManyAppenders) {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kEach = 5'000;
  auto& journal = world_->open();
  std::vector<std::vector<ReadLine>> seen(3);
  {
    std::vector<std::jthread> threads;
    for (std::size_t reader = 0; reader < seen.size(); ++reader) {
      threads.emplace_back([&, reader] { seen[reader] = read_all(journal, 0, 0, kThreads * kEach); });
    }
    for (int writer = 0; writer < kThreads; ++writer) {
      threads.emplace_back([&, writer] {
        Acknowledgements sink;
        const auto appender = journal.make_appender(sink);
        const std::string name = std::to_string(writer);
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const Line line{name, std::to_string(i), {}};
          while (!try_append(*appender, 0, i, line)) std::this_thread::yield();
        }
        sink.wait_for(kEach);
      });
    }
  }
  EXPECT_EQ(seen[0].size(), kThreads * kEach);
  EXPECT_EQ(seen[1], seen[0]);
  EXPECT_EQ(seen[2], seen[0]);
  std::map<std::string, int> next;  // by writer
  for (const ReadLine& one : seen[0]) ASSERT_EQ(*one.line.value, std::to_string(next[*one.line.key]++));
}

TEST_P(DurableJournalContract, AnAppenderGetsAllAcknowledgementsBeforeItsEnd) {
  auto& journal = world_->open();
  Acknowledgements sink;
  auto appender = journal.make_appender(sink);
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_TRUE(try_append(*appender, 0, i, text("x")));
  appender.reset();
  EXPECT_EQ(sink.count(), 1000u);
}

}  // namespace
}  // namespace firstcome::test
