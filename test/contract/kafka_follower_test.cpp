#include "journal/kafka/follower.h"

#include <fstream>
#include <iterator>

#include "foreign_transaction.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class KafkaFollowerTest : public KafkaJournalTest {
 protected:
  /// A follower at any position, also outside the bounds.
  std::unique_ptr<journal::Follower> follower_at(Offset position) {
    auto made = journal::kafka::KafkaFollower::make(std::make_shared<const journal::KafkaSettings>(settings_),
                                                    0, position);
    if (!made.ok()) ADD_FAILURE() << made.error().text();
    return std::move(*made);
  }
  /// Polls until a permanent error; returns its text.
  static std::string wait_for_permanent_error(journal::Follower& follower) {
    std::string said = "no permanent error came";
    EXPECT_TRUE(eventually([&] {
      const auto fetch = follower.poll(milliseconds{100});
      if (fetch.ok() || fetch.error().kind != Error::Kind::Permanent) return false;
      said = fetch.error().text();
      return true;
    }));
    return said;
  }
};

/// A coordinator ends a transaction before its marker is in the log.
void wait_for_end(journal::JournalReader& journal, Offset end) {
  EXPECT_TRUE(eventually([&] {
    const auto now = journal.end(0);
    return now.ok() && *now == end;
  }));
}

TEST_F(KafkaFollowerTest, MarkersAndRecordsOfAnAbortedTransactionAreMissingOffsets) {
  const auto journal = open();
  append_all(*journal, 0, {text("before")});
  ForeignTransaction foreign(settings_);
  foreign.begin();
  foreign.append(0, "committed 1");
  foreign.append(0, "committed 2");
  foreign.commit();
  foreign.begin();
  foreign.append(0, "aborted");
  foreign.give_up();
  wait_for_end(*journal, 6);
  append_all(*journal, 0, {text("after")});
  foreign.begin();
  foreign.append(0, "aborted, too");
  foreign.give_up();
  wait_for_end(*journal, 9);

  const auto read = read_all(*journal, 0, 0);
  EXPECT_THAT(lines_of(read),
              ElementsAre(text("before"), text("committed 1"), text("committed 2"), text("after")));
  EXPECT_EQ(read.back().offset, 6);  // after two markers and one record
  const auto follower = journal->follow(0, 7);
  ASSERT_TRUE(follower.ok());
  EXPECT_EQ(poll_to_end(**follower).position, 9);
  EXPECT_EQ(journal->bounds(0)->end, 9);
  EXPECT_EQ(*journal->end(0), 9);
}

TEST_F(KafkaFollowerTest, AnOpenTransactionHidesLaterRecordsAndTheEnd) {
  const auto journal = open();
  append_all(*journal, 0, {text("before")});
  ForeignTransaction foreign(settings_);
  foreign.begin();
  foreign.append(0, "open");
  append_all(*journal, 0, {text("behind")});
  EXPECT_EQ(journal->bounds(0)->end, 1);
  EXPECT_EQ(*journal->end(0), 1);
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  EXPECT_EQ(poll_to_end(**follower).position, 1);
  foreign.give_up();
  EXPECT_THAT(lines_of(read_all(**follower, 1)), ElementsAre(text("behind")));
}

TEST_F(KafkaFollowerTest, APositionAfterTheEndIsAPermanentErrorWithAnExplanation) {
  append_all(*open(), 0, texts(3));
  const auto follower = follower_at(1000);
  EXPECT_THAT(wait_for_permanent_error(*follower), AllOf(HasSubstr("position 1000"), HasSubstr("ends at 3"),
                                                         HasSubstr("truncated"), HasSubstr("runbook")));
}

TEST_F(KafkaFollowerTest, APositionThatRetentionHasRemovedIsAPermanentErrorWithAnExplanation) {
  append_all(*open(), 0, texts(10));
  operators::delete_records(settings_, 0, 5);
  const auto follower = follower_at(2);
  EXPECT_THAT(wait_for_permanent_error(*follower),
              AllOf(HasSubstr("position 2"), HasSubstr("begins at 5"), HasSubstr("retention.ms")));
}

TEST_F(KafkaFollowerTest, AFollowerOfARecreatedTopicStops) {
  const auto journal = open();
  append_all(*journal, 0, texts(50));
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  EXPECT_EQ(read_all(**follower, 50).size(), 50u);
  operators::delete_topic(settings_);
  const auto recreated = open();
  append_all(*recreated, 0, texts(3));
  EXPECT_THAT(wait_for_permanent_error(**follower), HasSubstr("position 50 is outside the log"));
}

TEST_F(KafkaFollowerTest, TheSameRecordsInARecreatedTopicHaveOtherChecksums) {
  append_all(*open(), 0, texts(5));
  const auto before = read_all(*open(), 0, 4);
  operators::delete_topic(settings_);
  append_all(*open(), 0, texts(5));
  const auto after = read_all(*open(), 0, 4);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].line, before[0].line);
  EXPECT_NE(after[0].checksum, before[0].checksum);
}

TEST_F(KafkaFollowerTest, PartitionsAddedLaterAreDetectedAndFollowedAfterAnotherOpen) {
  const auto journal = open();
  EXPECT_EQ(*journal->partitions_now(), 3);
  operators::add_partitions(settings_, 5);
  EXPECT_TRUE(eventually([&] { return *journal->partitions_now() == 5; }));
  EXPECT_EQ(journal->partitions(), 3);
  EXPECT_FALSE(journal->bounds(4).ok());
  EXPECT_FALSE(journal->end(4).ok());
  const auto recreated = open();
  append_all(*recreated, 4, {text("x")});
  EXPECT_THAT(lines_of(read_all(*recreated, 4, 0)), ElementsAre(text("x")));
}

TEST_F(KafkaFollowerTest, ATimeOfTheSenderIsRecognized) {
  const auto journal = open();
  operators::set_config(settings_, {{"message.timestamp.type", "CreateTime"}});
  // The brokers apply the setting some time after its acknowledgement.
  EXPECT_TRUE(eventually([&] {
    append_all(*journal, 0, {text("x")});
    return !read_all(*journal, 0, 0).back().log_append_time;
  }));
}

TEST_F(KafkaFollowerTest, NoRecordAfterADamagedBatchIsRead) {
  const auto journal = open();
  append_all(*journal, 0, {text("sound")});
  append_all(*journal, 0, {text("a record that will be damaged")});
  append_all(*journal, 0, {text("behind")});
  const auto file = kafka().partition_folder(settings_.topic, 0) + "/00000000000000000000.log";
  {
    std::fstream log(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(log), {});
    const auto place = bytes.find("will be damaged");
    ASSERT_NE(place, std::string::npos) << file;
    log.clear();
    log.seekp(static_cast<std::streamoff>(place));
    log.put('W');
  }
  const auto follower = journal->follow(0, 0);
  ASSERT_TRUE(follower.ok());
  std::vector<Offset> read;
  int errors = 0;  // further polls return the error too, and skip nothing
  EXPECT_TRUE(eventually([&] {
    const auto fetch = (*follower)->poll(milliseconds{100});
    if (fetch.ok()) {
      for (const auto& record : fetch->records) read.push_back(record.offset);
      EXPECT_FALSE(fetch->at_end);
    } else {
      ++errors;
    }
    return errors == 3;
  }));
  EXPECT_THAT(read, ElementsAre(0));
}

}  // namespace
}  // namespace firstcome::test
