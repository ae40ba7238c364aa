#include "journal/same_log.h"

#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

/// Is it the same log? Of a topic that operators delete and make again behind a reader's back.
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

  /// Polls until the follower says that it was interrupted, which must be before it hands out a record.
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

TEST_F(KafkaSameLogTest, TheRecordThatWasDecidedIsFoundAgain) {
  const auto journal = open();
  append_all(*journal, 0, texts(5));
  const auto read = read_all(*journal, 0, 0);
  for (const ReadLine& line : read) {
    const auto same = journal::compare_log(*journal, mark_of(line), 5);
    ASSERT_TRUE(same.ok()) << same.error().text();
    EXPECT_EQ(*same, journal::SameLog::Yes);
  }
}

TEST_F(KafkaSameLogTest, ARecordThatRetentionHasRemovedIsNoContradiction) {
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

TEST_F(KafkaSameLogTest, ATopicMadeAgainIsNoticedBeforeAnyOfItsRecordsIsBelieved) {
  const auto journal = open();
  append_all(*journal, 0, texts(50));
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  const auto read = read_all(**follower, 50);
  ASSERT_EQ(read.size(), 50U);
  // As while its node is frozen: nothing is polled, and the other log grows past the position. A question
  // that the leader holds meanwhile (fetch.wait.max.ms) would be answered by the other log; nobody deletes a
  // topic and makes it again that fast, so the answers of a second follower are awaited first.
  const auto witness = journal->follow(0, 0);
  ASSERT_TRUE(witness.ok());
  operators::delete_topic(settings_);
  const auto deleted_at = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] {
    (void)(*witness)->poll(milliseconds{50});
    return std::chrono::steady_clock::now() - deleted_at > milliseconds{300};
  }));
  const auto made_again = open();
  append_all(*made_again, 0, texts(80));
  EXPECT_TRUE(interrupted_before_any_record(**follower));
  EXPECT_THAT(why_another(*journal, mark_of(read.back())), HasSubstr("is not the one that was decided"));
}

TEST_F(KafkaSameLogTest, AShorterTopicMadeAgainIsAnotherLog) {
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
  // Until nothing of the client's own start is new: then only the silence is.
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
