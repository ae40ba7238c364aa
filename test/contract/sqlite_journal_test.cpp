#include "journal/sqlite/sqlite_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "file_size_limit.h"
#include "journal/sqlite/crc32c.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "journal_kit.h"
#include "sqlite/database.h"
#include "temporary_folder.h"

namespace firstcome::test {
namespace {

using journal::AppendOutcome;
using journal::open_sqlite_journal;
using journal::SqliteJournalSettings;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SqliteJournalTest : public testing::Test {
 protected:
  std::unique_ptr<journal::SqliteJournal> open(SqliteJournalSettings settings = {}) {
    auto opened = open_sqlite_journal(path_, std::move(settings));
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    return std::move(*opened);
  }
  std::string why_not(SqliteJournalSettings settings = {}) {
    const auto opened = open_sqlite_journal(path_, std::move(settings));
    return opened.ok() ? "it opened" : opened.error().text();
  }
  sqlite::Database file() {
    auto opened = sqlite::Database::open(path_, sqlite::Access::ReadWrite, milliseconds{0});
    EXPECT_TRUE(opened.ok());
    return std::move(*opened);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.file("journal.db");
};

TEST_F(SqliteJournalTest, ManyRecordsShareACommit) {
  constexpr std::uint64_t kRecords = 20'000;
  journal::Counters counters;
  {
    const auto journal = open({.counters = &counters});
    Acknowledgements sink;
    const auto appender = journal->make_appender(sink);
    for (std::uint64_t i = 0; i < kRecords; ++i) EXPECT_TRUE(try_append(*appender, 0, i, text("x")));
    sink.wait_for(kRecords);
  }
  const auto rows = file().integer("SELECT count(*) FROM record_batch");
  ASSERT_TRUE(rows.ok());
  EXPECT_LT(**rows, 1000);
  EXPECT_LT(counters.commit_records.read().count(), 1000U);
  EXPECT_EQ(counters.commit_records.read().sum, kRecords);
  EXPECT_EQ(counters.append.read().count(), kRecords);
  EXPECT_EQ(counters.commit.read().count(), counters.commit_records.read().count());
}

TEST_F(SqliteJournalTest, AnotherNumberOfPartitionsIsRefused) {
  open({.partitions = 5}).reset();
  EXPECT_THAT(why_not({.partitions = 4}),
              AllOf(HasSubstr("created with 5 partitions"), HasSubstr("--partitions 5")));
  EXPECT_EQ(open()->partitions(), 5);
}

TEST_F(SqliteJournalTest, ASecondOpenFailsAndNamesTheProcessThatHasTheFile) {
  const auto first = open();
  EXPECT_THAT(why_not(), AllOf(HasSubstr("in use by process " + std::to_string(getpid())), HasSubstr(path_)));
}

TEST_F(SqliteJournalTest, TheErrorNamesAMissingFolder) {
  const auto opened = open_sqlite_journal(folder_.file("nowhere/journal.db"));
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text(), AllOf(HasSubstr("nowhere"), HasSubstr("Check that the folder exists")));
}

TEST_F(SqliteJournalTest, AFileThatIsNotAJournalIsRefused) {
  {
    auto other = sqlite::Database::open(path_, sqlite::Access::Create, milliseconds{0});
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE(other->execute("CREATE TABLE meta(a)").ok());
  }
  EXPECT_THAT(why_not(), HasSubstr(path_));
}

TEST_F(SqliteJournalTest, AFileOfANewerVersionIsRefused) {
  open().reset();
  ASSERT_TRUE(file().execute("INSERT INTO schema_history VALUES (99, 'later', 0, 0)").ok());
  EXPECT_THAT(why_not(), HasSubstr("written by a newer firstcome"));
}

TEST_F(SqliteJournalTest, RecordsOfANewerFormatAreRefused) {
  open().reset();
  ASSERT_TRUE(file().execute("UPDATE meta SET value = '99' WHERE key = 'format'").ok());
  EXPECT_THAT(why_not(), HasSubstr("format 99"));
}

TEST_F(SqliteJournalTest, AChangedBatchIsAnError) {
  append_all(*open(), 1, {text("first")});
  ASSERT_TRUE(file().execute("UPDATE record_batch SET records = zeroblob(length(records))").ok());
  const auto journal = open();
  const auto follower = journal->follow(1, 0);
  const auto fetch = (*follower)->poll(milliseconds{0});
  ASSERT_FALSE(fetch.ok());
  EXPECT_EQ(fetch.error().kind, Error::Kind::Permanent);
  EXPECT_THAT(fetch.error().text(), AllOf(HasSubstr("partition 1, offset 0"), HasSubstr("checksum")));
}

TEST_F(SqliteJournalTest, AMissingBatchIsAnError) {
  for (int i = 0; i < 3; ++i) append_all(*open(), 0, {text("x")});
  ASSERT_TRUE(file().execute("DELETE FROM record_batch WHERE base_offset = 1").ok());
  const auto journal = open();
  for (const Offset from : {0, 1}) {
    const auto follower = journal->follow(0, from);
    const auto fetch = (*follower)->poll(milliseconds{0});
    ASSERT_FALSE(fetch.ok());
    EXPECT_THAT(fetch.error().text(), HasSubstr("deleted before they were read"));
  }
}

TEST_F(SqliteJournalTest, TimesNeverDecreaseAlsoIfTheClockDoesAndAfterARestart) {
  std::int64_t clock = 5'000;
  const SqliteJournalSettings settings{.clock = [&] { return from_millis(clock); }};
  append_all(*open(settings), 0, {text("a")});
  clock = 3'000;
  append_all(*open(settings), 0, {text("b")});
  clock = 6'000;
  append_all(*open(settings), 0, {text("c")});
  std::vector<std::int64_t> times;
  for (const ReadLine& one : read_all(*open(), 0, 0)) times.push_back(to_millis(one.timestamp));
  EXPECT_THAT(times, ElementsAre(5'000, 5'000, 6'000));
}

TEST_F(SqliteJournalTest, ALongStepOfTheClockNeedsTheConsentOfTheGuard) {
  std::atomic<std::int64_t> clock = 1'000'000;
  std::atomic<bool> agrees = false;
  const auto journal = open({.clock = [&] { return from_millis(clock); }});
  journal->guard_clock([&](Timestamp last, Timestamp now) -> std::string {
    EXPECT_EQ(to_millis(last), 1'000'000);
    EXPECT_EQ(now, from_millis(clock));
    return agrees ? "" : "the clock is wrong";
  });
  append_all(*journal, 0, {text("a")});
  clock += milliseconds(std::chrono::days{91}).count();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  EXPECT_TRUE(try_append(*appender, 1, 1, text("b")));
  EXPECT_EQ(sink.wait_for(1)[1].outcome, AppendOutcome::NotPersisted);
  EXPECT_EQ(journal->append_trouble(0), "the clock is wrong");
  agrees = true;
  while (!journal->append_trouble(0).empty()) std::this_thread::yield();  // the thread probes without appends
  append_all(*journal, 1, {text("c")});
  EXPECT_EQ(lines_of(read_all(*journal, 1, 0)), std::vector{text("c")});
}

TEST_F(SqliteJournalTest, ATooLongRecordIsNotPersisted) {
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  const Line longer = text(std::string(1024 * 1024, 'x'));
  EXPECT_TRUE(try_append(*appender, 0, 1, longer));
  EXPECT_TRUE(try_append(*appender, 0, 2, longer, journal::Destination::DeadLetters));
  EXPECT_TRUE(try_append(*appender, 0, 3, text("short")));
  auto seen = sink.wait_for(3);
  EXPECT_EQ(seen[1].outcome, AppendOutcome::NotPersisted);
  EXPECT_EQ(seen[2].outcome, AppendOutcome::Appended);
  EXPECT_EQ(seen[3].offset, 0);
}

TEST_F(SqliteJournalTest, AGaplessAppenderAppendsNothingAfterALostRecord) {
  const auto journal = open();
  Acknowledgements sink;
  auto appender = journal->make_gapless_appender(sink);
  EXPECT_TRUE(try_append(*appender, 0, 1, text("before")));
  EXPECT_TRUE(try_append(*appender, 0, 2, text(std::string(1024 * 1024, 'x'))));
  EXPECT_TRUE(try_append(*appender, 0, 3, text("after")));
  auto seen = sink.wait_for(3);
  EXPECT_EQ(seen[1].outcome, AppendOutcome::Appended);
  EXPECT_EQ(seen[2].outcome, AppendOutcome::NotPersisted);
  EXPECT_EQ(seen[3].outcome, AppendOutcome::NotPersisted);
  appender = journal->make_gapless_appender(sink);
  EXPECT_TRUE(try_append(*appender, 0, 4, text("again")));
  EXPECT_EQ(sink.wait_for(4)[4].outcome, AppendOutcome::Appended);
  EXPECT_THAT(lines_of(read_all(*journal, 0, 0)), ElementsAre(text("before"), text("again")));
}

TEST_F(SqliteJournalTest, AppendsFailWhileTheFileCannotBeWrittenAndSucceedAfterwards) {
  std::mutex mutex;
  std::vector<std::string> reports;
  journal::Counters counters;
  const auto journal = open({.busy_timeout = milliseconds{0},
                             .report =
                                 [&](const Error& error) {
                                   const std::lock_guard lock(mutex);
                                   reports.push_back(error.message);
                                 },
                             .counters = &counters});
  auto other = file();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").ok());
  Acknowledgements sink;
  auto gapless = journal->make_gapless_appender(sink);
  const auto appender = journal->make_appender(sink);
  EXPECT_TRUE(try_append(*gapless, 0, 1, text("lost")));
  EXPECT_TRUE(try_append(*appender, 0, 2, text("lost")));
  auto seen = sink.wait_for(2);
  EXPECT_EQ(seen[1].outcome, AppendOutcome::NotPersisted);
  EXPECT_EQ(seen[2].outcome, AppendOutcome::NotPersisted);
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  // Appends also fail until the journal has opened the file again, so repeat until one succeeds.
  std::uint64_t token = 2;
  do {
    EXPECT_TRUE(try_append(*appender, 0, ++token, text("kept")));
  } while (sink.wait_for(token)[token].outcome != AppendOutcome::Appended);
  EXPECT_TRUE(try_append(*gapless, 0, ++token, text("after a lost record")));
  EXPECT_EQ(sink.wait_for(token)[token].outcome, AppendOutcome::NotPersisted);
  EXPECT_THAT(lines_of(read_all(*journal, 0, 0)), ElementsAre(text("kept")));
  const std::lock_guard lock(mutex);
  ASSERT_FALSE(reports.empty());
  EXPECT_THAT(reports.front(), HasSubstr("locked"));
  std::uint64_t errors = 0;
  for (std::size_t kind = 0; kind < metrics::ErrorCounter::kKinds.size(); ++kind) {
    errors += counters.errors.value(kind);
  }
  EXPECT_EQ(errors, reports.size());
}

TEST_F(SqliteJournalTest, AppendsFailOnAFullDiskAndContinueAtTheSameOffsetAfterwards) {
  const auto journal = open();
  append_all(*journal, 0, {text("before")});
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  std::uint64_t token = 0;
  const auto append_one = [&](std::size_t size) {
    EXPECT_TRUE(try_append(*appender, 0, ++token, text(std::string(size, 'x'))));
    return sink.wait_for(token)[token];
  };
  {
    const FileSizeLimit limit(512 * 1024);
    // If the disk becomes full during a COMMIT, the outcome is not known.
    EXPECT_NE(append_one(900 * 1024).outcome, AppendOutcome::Appended);
  }
  journal::Acknowledgement kept;
  do kept = append_one(10);
  while (kept.outcome != AppendOutcome::Appended);
  const auto read = read_all(*journal, 0, 0);
  ASSERT_EQ(read.back().offset, kept.offset);
  EXPECT_EQ(read.back().line, text(std::string(10, 'x')));
  EXPECT_EQ(read.front().line, text("before"));
  EXPECT_EQ(read.size(), static_cast<std::size_t>(*kept.offset) + 1);
}

TEST_F(SqliteJournalTest, AFullQueueRejectsRecordsUntilItIsCommitted) {
  const auto journal = open({.queue_records = 10, .busy_timeout = milliseconds{60'000}});
  auto other = file();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").ok());  // the commit waits, so the queue fills
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  std::uint64_t accepted = 0;
  while (try_append(*appender, 0, accepted, text("x"))) ++accepted;
  EXPECT_EQ(accepted, 10u);
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  sink.wait_for(accepted);
  while (!try_append(*appender, 0, accepted, text("x"))) std::this_thread::yield();
  EXPECT_EQ(sink.wait_for(accepted + 1)[accepted].offset, static_cast<Offset>(accepted));
}

TEST_F(SqliteJournalTest, ADeadLetterCanBeReadInItsTable) {
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  EXPECT_TRUE(try_append(*appender, 2, 1, {std::nullopt, "not json", {{"kafka_dlt-original-offset", "5"}}},
                         journal::Destination::DeadLetters));
  sink.wait_for(1);
  const auto found = file().integer(R"(
    SELECT count(*) FROM dead_letter
    WHERE partition = 2 AND key IS NULL AND value = CAST('not json' AS BLOB)
      AND instr(headers, CAST('kafka_dlt-original-offset' AS BLOB)) > 0)");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(**found, 1);
}

TEST_F(SqliteJournalTest, AReaderReadsCommittedRecordsWhileAnotherConnectionWrites) {
  const auto journal = open();
  append_all(*journal, 1, {text("a"), text("b")});
  const auto names = folder_.names();
  const auto reader = std::move(*journal::read_sqlite_journal(path_));
  EXPECT_EQ(reader->identity(), journal->identity());
  EXPECT_EQ(reader->partitions(), 3);
  const auto follower = std::move(*reader->follow(1, 0));
  EXPECT_THAT(lines_of(read_all(*follower)), ElementsAre(text("a"), text("b")));
  append_all(*journal, 1, {{"7", "c", {{"kind", "policy"}}}});
  EXPECT_EQ(reader->bounds(1)->end, 3);
  EXPECT_THAT(lines_of(read_all(*follower)), ElementsAre(Line{"7", "c", {{"kind", "policy"}}}));
  EXPECT_TRUE((*follower).poll(milliseconds{0})->at_end);
  EXPECT_FALSE(reader->follow(1, 4).ok());
  EXPECT_FALSE(reader->bounds(3).ok());
  EXPECT_EQ(folder_.names(), names);
}

TEST_F(SqliteJournalTest, AReaderOfAClosedJournalLeavesNoFiles) {
  append_all(*open(), 0, {text("a"), text("b"), text("c")});
  const auto names = folder_.names();
  const auto reader = std::move(*journal::read_sqlite_journal(path_));
  EXPECT_THAT(lines_of(read_all(**reader->follow(0, 1))), ElementsAre(text("b"), text("c")));
  EXPECT_EQ(folder_.names(), names);
  EXPECT_THAT(open()->identity(), reader->identity());
}

TEST_F(SqliteJournalTest, AJournalWithoutItsOldBatchesBeginsAtTheFirstRemainingOne) {
  for (int i = 0; i < 3; ++i) append_all(*open(), 0, {text("x"), text("y")});
  ASSERT_TRUE(file().execute("DELETE FROM record_batch WHERE base_offset < 4").ok());
  const auto reader = std::move(*journal::read_sqlite_journal(path_));
  EXPECT_EQ(reader->bounds(0)->start, 4);
  EXPECT_EQ(reader->bounds(0)->end, 6);
  EXPECT_FALSE(reader->follow(0, 3).ok());
  EXPECT_EQ(read_all(**reader->follow(0, 4)).front().offset, 4);
}

TEST_F(SqliteJournalTest, DeadLettersAreReadUnchanged) {
  const Line first = {std::nullopt, "not json", {{"kafka_dlt-original-offset", "5"}, {"empty", ""}}};
  const Line second = {"7", std::nullopt, {}};
  {
    const auto journal = open();
    Acknowledgements sink;
    const auto appender = journal->make_appender(sink);
    EXPECT_TRUE(try_append(*appender, 2, 1, first, journal::Destination::DeadLetters));
    EXPECT_TRUE(try_append(*appender, 0, 2, second, journal::Destination::DeadLetters));
    sink.wait_for(2);
  }
  auto reader = std::move(*journal::read_sqlite_journal(path_));
  const auto letters = reader->dead_letters(0);
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->records.size(), 2u);
  EXPECT_EQ(letters->records[0].key, std::nullopt);
  EXPECT_EQ(letters->records[0].value, "not json");
  EXPECT_EQ(letters->records[0].headers[0].key, "kafka_dlt-original-offset");
  EXPECT_EQ(letters->records[0].headers[1].value, "");
  EXPECT_EQ(letters->records[1].key, "7");
  EXPECT_EQ(letters->records[1].value, std::nullopt);
  EXPECT_TRUE(letters->at_end);
  EXPECT_THAT(reader->dead_letters(letters->records[0].offset)->records, testing::SizeIs(1));
  ASSERT_TRUE(file().execute("UPDATE dead_letter SET headers = x'01000000ff'").ok());
  reader = std::move(
      *journal::read_sqlite_journal(path_));  // the first reader does not see changes in a new WAL file
  EXPECT_THAT(reader->dead_letters(0).error().text(), HasSubstr("dead letter"));
}

TEST_F(SqliteJournalTest, AReaderRefusesAnotherVersionAndAFileThatIsNotAJournal) {
  EXPECT_FALSE(journal::read_sqlite_journal(path_).ok());
  open().reset();
  ASSERT_TRUE(file().execute("INSERT INTO schema_history VALUES (99, 'later', 0, 0)").ok());
  EXPECT_THAT(journal::read_sqlite_journal(path_).error().text(), HasSubstr("newer firstcome"));
  const std::string other = folder_.file("other?#%.db");
  {
    ASSERT_TRUE(sqlite::Database::open(other, sqlite::Access::Create, milliseconds{0})
                    ->execute("CREATE TABLE a(b)")
                    .ok());
  }
  EXPECT_THAT(journal::read_sqlite_journal(other).error().text(), HasSubstr("not a file of firstcome"));
}

TEST_F(SqliteJournalTest, EveryJournalHasItsOwnIdentity) {
  const auto other = open_sqlite_journal(folder_.file("other.db"));
  EXPECT_NE(open()->identity(), (*other)->identity());
  EXPECT_THAT(open()->identity(),
              testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Crc32cTest, IsTheSameWithAndWithoutTheInstruction) {
  std::string bytes;
  for (int size = 0; size < 100; ++size) {
    EXPECT_EQ(journal::crc32c(0x0123456789ABCDEF, bytes), journal::portable_crc32c(0x0123456789ABCDEF, bytes))
        << size;
    bytes += static_cast<char>(size * 37);
  }
}

}  // namespace
}  // namespace firstcome::test
