#include "store/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "file_size_limit.h"
#include "journal/sqlite/sqlite_journal.h"
#include "sqlite/database.h"
#include "store_kit.h"
#include "temporary_folder.h"

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr PolicyId kSeven{7};

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<store::SqliteStore> open(milliseconds busy_timeout = milliseconds{5000}) {
    auto opened = store::open_sqlite_store(path_, {.busy_timeout = busy_timeout});
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    return std::move(*opened);
  }
  std::unique_ptr<store::SqliteStore> filled(milliseconds busy_timeout = milliseconds{5000}) {
    auto store = open(busy_timeout);
    EXPECT_TRUE(store->create_if_missing({"a journal", {5, 6}}).ok());
    return store;
  }
  sqlite::Database file() {
    return std::move(*sqlite::Database::open(path_, sqlite::Access::ReadWrite, milliseconds{0}));
  }
  static store::Settings settings(store::Store& store) { return *(*store.make_reader())->settings(); }

  TemporaryFolder folder_;
  const std::string path_ = folder_.file("store.db");
};

TEST_F(SqliteStoreTest, DataIsCreatedOnceAndRemainsAfterARestart) {
  const auto first = open();
  EXPECT_TRUE(*first->create_if_missing({"a journal", {5, 6}}));
  const store::Settings was = settings(*first);
  const auto second = open();
  EXPECT_FALSE(*second->create_if_missing({"another journal", {1, 2, 3}}));
  const store::Settings is = settings(*second);
  EXPECT_EQ(is.partitions, 2);
  EXPECT_EQ(is.journal_identity, "a journal");
  EXPECT_EQ(is.key, was.key);
  EXPECT_EQ(second->make_reader().value()->positions()->at(1).state.state_hash, 6u);
}

TEST_F(SqliteStoreTest, ALoadReadsTheLivesOfTheWantedPoliciesAndNotThoseFarFromThem) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  store::Batch ended = maker.issue(PolicyId{8}, 1'000, UserId{1});
  ended.policies.front().state = PolicyState::Closed;
  for (std::int64_t sequence = 1; sequence <= 1'000; ++sequence)
    ended.lives.push_back(a_used_coupon(PolicyId{8}, sequence, "order-8"));
  ASSERT_EQ(writer->save(ended).outcome, SaveOutcome::Saved);
  store::Batch live = maker.issue(kSeven, 3, UserId{1});
  live.lives = {a_used_coupon(kSeven, 2, "order-7")};
  ASSERT_EQ(writer->save(live).outcome, SaveOutcome::Saved);
  // A row that is read must be valid.
  ASSERT_TRUE(file().execute("UPDATE coupon_life SET accepted = 'damaged' WHERE sequence <= 900").ok());
  ASSERT_TRUE(file().execute("UPDATE coupon_life SET accepted = 'use order-7\n' WHERE policy_id = 7").ok());
  const auto reader = std::move(*store->make_reader());
  EXPECT_EQ(load(*reader).lives, live.lives);
}

TEST_F(SqliteStoreTest, EveryStoreHasItsOwnInstallationKey) {
  auto other = store::open_sqlite_store(folder_.file("other.db"));
  ASSERT_TRUE((*other)->create_if_missing({"a journal", {5}}).ok());
  EXPECT_NE(settings(*filled()).key, settings(**other).key);
}

TEST_F(SqliteStoreTest, AnEmptyStoreHasNoSettings) {
  const auto reader = std::move(*open()->make_reader());
  const auto read = reader->settings();
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().text(), HasSubstr("partition_count"));
}

TEST_F(SqliteStoreTest, AFileOfANewerVersionIsRefused) {
  filled().reset();
  ASSERT_TRUE(file().execute("INSERT INTO schema_history VALUES (99, 'later', 0, 0)").ok());
  const auto opened = store::open_sqlite_store(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text(), AllOf(HasSubstr("version 99"), HasSubstr("newer firstcome")));
}

TEST_F(SqliteStoreTest, AFileWithDifferentTablesIsRefused) {
  filled().reset();
  ASSERT_TRUE(file().execute("UPDATE schema_history SET checksum = 1").ok());
  const auto opened = store::open_sqlite_store(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text(),
              AllOf(HasSubstr("a different V1"), HasSubstr("from before the first release"),
                    HasSubstr("Run the firstcome that made them")));
}

TEST_F(SqliteStoreTest, ASaveFailsAndIsRetryableWhileAnotherProgramHasLockedTheFile) {
  const auto store = filled(milliseconds{0});
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = file();
  ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").ok());
  const auto failed = writer->save(batch);
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.is_retryable());
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(SqliteStoreTest, ASaveFailsCompletelyOnAFullDiskAndIsRetryable) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 50'000, UserId{1});
  const auto writer = std::move(*store->make_writer());
  // A write beyond this size fails, as on a full disk.
  const FileSizeLimit limit(512 * 1024);
  const auto failed = writer->save(batch);
  EXPECT_THAT(failed.outcome, testing::AnyOf(SaveOutcome::Failed, SaveOutcome::Unknown));
  EXPECT_TRUE(failed.error.is_retryable()) << failed.error.message;
  limit.lift();
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(SqliteStoreTest, MoreCouponsThanMaxCountAreAConflict) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 3, UserId{1});
  batch.policies.front().max_count = 2;
  const auto result = store->make_writer().value()->save(batch);
  EXPECT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message, HasSubstr("coupon_policy 7"));
}

TEST_F(SqliteStoreTest, AConflictHasPolicySequenceAndOffset) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 1, UserId{42})).outcome, SaveOutcome::Saved);
  const auto result = writer->save(maker.issue(kSeven, 1, UserId{42}));
  EXPECT_THAT(result.error.message,
              AllOf(HasSubstr("coupon of policy 7, sequence 2, offset 1"), Not(HasSubstr("42"))));
}

TEST_F(SqliteStoreTest, AScanDoesNotSeeAConcurrentSave) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  const Rows rows = scan(*store::read_sqlite_store(path_).value(), [&] {
    EXPECT_EQ(writer->save(maker.issue(kSeven, 2, UserId{3})).outcome, SaveOutcome::Saved);
  });
  EXPECT_EQ(rows.coupons.size(), 2u);
  EXPECT_EQ(rows.batches.size(), 1u);
}

TEST_F(SqliteStoreTest, AScanReportsAnInvalidRow) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  ASSERT_EQ(store->make_writer().value()->save(maker.issue(kSeven, 2, UserId{1})).outcome,
            SaveOutcome::Saved);
  for (const char* change :
       {"UPDATE coupon_policy SET state = 257", "UPDATE journal_batch SET origin_marks = 'x'",
        "UPDATE coupon SET user_ordinal = 4294967297 WHERE sequence = 2",
        "INSERT INTO coupon_life VALUES (7, 1, 5, 0, NULL, '')",
        "INSERT INTO coupon_change VALUES (7, 1, 1, 4, 0, 0, 6, 'order-1', NULL, '', '')"}) {
    auto database = file();
    ASSERT_TRUE(database.execute(std::string("BEGIN; ") + change + "; COMMIT").ok());
  }
  const auto why = [&] { return why_not_scanned(*store->make_reader().value()); };
  EXPECT_THAT(why(), HasSubstr("coupon_policy for key (7)"));
  ASSERT_TRUE(file().execute("UPDATE coupon_policy SET state = 1").ok());
  EXPECT_THAT(why(), HasSubstr("journal_batch for key (1, 0, 0)"));
  ASSERT_TRUE(file().execute("UPDATE journal_batch SET origin_marks = ''").ok());
  EXPECT_THAT(why(), HasSubstr("coupon for key (7, 2)"));
  ASSERT_TRUE(file().execute("UPDATE coupon SET user_ordinal = 1").ok());
  for (const char* damage : {"state = 5", "state = 0", "gave_back_place = 2", "accepted = 'used order-1'"}) {
    ASSERT_TRUE(file().execute("UPDATE coupon_life SET state = 1, gave_back_place = 0, accepted = ''").ok());
    ASSERT_TRUE(file().execute(std::string("UPDATE coupon_life SET ") + damage).ok());
    EXPECT_THAT(why(), HasSubstr("coupon_life for key (7, 1)")) << damage;
  }
  ASSERT_TRUE(file().execute("DELETE FROM coupon_life").ok());
  EXPECT_THAT(why(), HasSubstr("coupon_change for key (7, 1, 1, 4)"));
  ASSERT_TRUE(file().execute("UPDATE coupon_change SET command = 5").ok());
  ASSERT_TRUE(file().execute("INSERT INTO eligible_user VALUES (7, 41, 1, 4, 4294967297, 0)").ok());
  EXPECT_THAT(why(), HasSubstr("eligible_user for key (7, 41)"));
  ASSERT_TRUE(file().execute("UPDATE eligible_user SET era = 1").ok());
  ASSERT_TRUE(file().execute("INSERT INTO coupon_code VALUES (7, 3, 'A', 4, 4294967297, 0)").ok());
  EXPECT_THAT(why(), HasSubstr("coupon_code for key (7, 3)"));
  ASSERT_TRUE(file().execute("UPDATE coupon_code SET era = 1").ok());
  EXPECT_EQ(why(), "it was scanned");
}

TEST_F(SqliteStoreTest, AReaderRefusesATermThatItDoesNotKnow) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  ASSERT_EQ(store->make_writer().value()->save(maker.issue(kSeven, 2, UserId{1})).outcome,
            SaveOutcome::Saved);
  for (const char* damage : {"on_cancel = 3", "codes = 0", "reissue = 2", "state = 9", "eligible = 3"}) {
    ASSERT_TRUE(
        file()
            .execute(
                "UPDATE coupon_policy SET on_cancel = 1, codes = 1, reissue = 0, state = 1, eligible = 1")
            .ok());
    ASSERT_TRUE(file().execute(std::string("UPDATE coupon_policy SET ") + damage).ok());
    const auto read = store->make_reader().value()->policies(PolicyId{0}, 10);
    ASSERT_FALSE(read.ok()) << damage;
    EXPECT_THAT(read.error().text(), HasSubstr("coupon_policy for key (7)"));
  }
}

TEST_F(SqliteStoreTest, AReaderOfAClosedFileLeavesNoFiles) {
  filled().reset();
  ASSERT_THAT(folder_.names(), testing::ElementsAre("store.db"));
  {
    const auto reader = std::move(*store::read_sqlite_store(path_));
    EXPECT_EQ(reader->settings()->partitions, 2);
    EXPECT_EQ(scan(*reader).positions.size(), 2u);
    EXPECT_THAT(folder_.names(), testing::ElementsAre("store.db"));
  }
  EXPECT_THAT(folder_.names(), testing::ElementsAre("store.db"));
}

TEST_F(SqliteStoreTest, AReaderOfAClosedFileDetectsANewWriter) {
  filled().reset();
  const sqlite::FileSeen seen(path_);
  EXPECT_TRUE(seen.still());
  auto writer = filled()->make_writer();
  EXPECT_FALSE(seen.still());
  EXPECT_TRUE(sqlite::FileSeen(path_).still());
  BatchMaker maker(0, 5);
  ASSERT_EQ((*writer)->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  writer->reset();
  EXPECT_FALSE(seen.still()) << "the writer has ended, but has changed the file";
}

TEST_F(SqliteStoreTest, BatchesCoverTheJournalWithoutGaps) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  RandomHistory history(17, 1, 5);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(writer->save(history.next()).outcome, SaveOutcome::Saved);
  const auto holes = file().integer(
      "SELECT count(*) FROM (SELECT first_offset, lag(first_offset + length(codes), 1, 0) OVER "
      "(PARTITION BY era, partition ORDER BY first_offset) AS wanted FROM journal_batch) WHERE first_offset "
      "<> wanted");
  EXPECT_EQ(**holes, 0);
}

TEST_F(SqliteStoreTest, AStoreOfAnotherJournalIsRefused) {
  const auto journal =
      std::move(*journal::open_sqlite_journal(folder_.file("journal.db"), {.partitions = 2}));
  store::Settings settings{.partitions = 2, .journal_identity = journal->identity()};
  EXPECT_TRUE(store::check_same_data(settings, *journal).ok());
  settings.partitions = 3;
  EXPECT_THAT(store::check_same_data(settings, *journal).error().text(),
              AllOf(HasSubstr("for 3 partitions"), HasSubstr("the journal has 2")));
  settings = {.partitions = 2, .journal_identity = "another"};
  EXPECT_THAT(store::check_same_data(settings, *journal).error().text(),
              AllOf(HasSubstr("another"), HasSubstr(journal->identity())));
}

}  // namespace
}  // namespace firstcome::test
