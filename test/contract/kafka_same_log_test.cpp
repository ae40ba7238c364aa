#include "journal/same_log.h"

#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

/// Detection of another log, if operators delete a topic and create it again while it is read.
class KafkaSameLogTest : public KafkaJournalTest {
 protected:
  static journal::RecordMark mark_of(const ReadLine& line) { return {0, line.offset, line.checksum}; }

  static std::string why_another(journal::Journal& journal, const journal::RecordMark& mark) {
    std::string why = "no permanent error came";
    EXPECT_TRUE(eventually([&] {
      const auto same = journal::compare_log(journal, mark, mark.offset + 1);
      if (same.ok() || same.error().kind != Error::Kind::Permanent) return false;
      why = same.error().text();
      return true;
    }));
    return why;
  }

  /// Polls until the follower reports an interruption, which must be before it returns a record.
  static bool interrupted_before_any_record(journal::Follower& follower) {
    bool first = true;
    EXPECT_TRUE(eventually([&] {
      const auto fetch = follower.poll(milliseconds{100});
      if (!fetch.ok()) return false;
      if (!fetch->interrupted && !fetch->records.empty()) first = false;
      return fetch->interrupted;
    }));
    return first;
  }
};

TEST_F(KafkaSameLogTest, TheDecidedRecordIsFound) {
  const auto journal = open();
  append_all(*journal, 0, texts(5));
  const auto read = read_all(*journal, 0, 0);
  for (const ReadLine& line : read) {
    const auto same = journal::compare_log(*journal, mark_of(line), 5);
    ASSERT_TRUE(same.ok()) << same.error().text();
    EXPECT_EQ(*same, journal::SameLog::Yes);
  }
}

TEST_F(KafkaSameLogTest, ARecordThatRetentionHasRemovedProvesNothing) {
  const auto journal = open();
  append_all(*journal, 0, texts(10));
  const auto read = read_all(*journal, 0, 9);
  operators::delete_records(settings_, 0, 10);
  const auto same = journal::compare_log(*journal, mark_of(read.back()), 10);
  ASSERT_TRUE(same.ok()) << same.error().text();
  EXPECT_EQ(*same, journal::SameLog::Unknown);
  const auto behind = journal::compare_log(*journal, {0, 4, read.back().checksum}, 5);
  ASSERT_TRUE(behind.ok()) << behind.error().text();
  EXPECT_EQ(*behind, journal::SameLog::Removed);
}

TEST_F(KafkaSameLogTest, ARecreatedTopicIsDetectedBeforeAnyOfItsRecordsIsUsed) {
  const auto journal = open();
  append_all(*journal, 0, texts(50));
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  const auto read = read_all(**follower, 50);
  ASSERT_EQ(read.size(), 50U);
  // As while the node is frozen: no poll, and the new log grows past the position. The new log would answer
  // a fetch that the leader holds meanwhile (fetch.wait.max.ms). No operator recreates a topic that fast, so
  // the test first waits for the responses to a second follower.
  const auto witness = journal->follow(0, 0);
  ASSERT_TRUE(witness.ok());
  operators::delete_topic(settings_);
  const auto deleted_at = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] {
    (void)(*witness)->poll(milliseconds{50});
    return std::chrono::steady_clock::now() - deleted_at > milliseconds{300};
  }));
  const auto recreated = open();
  append_all(*recreated, 0, texts(80));
  EXPECT_TRUE(interrupted_before_any_record(**follower));
  EXPECT_THAT(why_another(*journal, mark_of(read.back())), HasSubstr("is not the one that was decided"));
}

TEST_F(KafkaSameLogTest, AShorterRecreatedTopicIsAnotherLog) {
  const auto journal = open();
  append_all(*journal, 0, texts(50));
  const auto read = read_all(*journal, 0, 49);
  operators::delete_topic(settings_);
  append_all(*open(), 0, texts(3));
  EXPECT_THAT(why_another(*journal, mark_of(read.back())), HasSubstr("ends at 3"));
}

TEST_F(KafkaSameLogTest, SilenceOfTheLeaderIsAnInterruption) {
  const auto journal = open();
  append_all(*journal, 0, texts(3));
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  EXPECT_EQ(read_all(**follower, 3).size(), 3U);
  // First wait for the interruptions of the client's start, so that only the silence remains.
  const auto quiet_since = std::chrono::steady_clock::now();
  auto last = quiet_since;
  EXPECT_TRUE(eventually([&] {
    const auto fetch = (*follower)->poll(milliseconds{100});
    if (!fetch.ok() || fetch->interrupted) last = std::chrono::steady_clock::now();
    return std::chrono::steady_clock::now() - last > std::chrono::seconds(1);
  }));
  {
    const FrozenBroker frozen;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'000);
    while (std::chrono::steady_clock::now() < until) {
      const auto fetch = (*follower)->poll(milliseconds{100});
      EXPECT_TRUE(!fetch.ok() || fetch->records.empty());
    }
  }
  append_all(*journal, 0, texts(1));
  EXPECT_TRUE(interrupted_before_any_record(**follower));
}

}  // namespace
}  // namespace firstcome::test
