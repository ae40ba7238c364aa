#include "store/postgres/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "postgres_databases.h"
#include "servers/cutting_proxy.h"
#include "store_kit.h"

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr PolicyId kSeven{7};
constexpr const char* kWriters =
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

class PostgresStoreTest : public testing::Test {
 protected:
  std::unique_ptr<store::PostgresStore> open(store::PostgresStoreSettings settings = {}) {
    return open_at(database_.address(), settings);
  }
  static std::unique_ptr<store::PostgresStore> open_at(const std::string& address,
                                                       store::PostgresStoreSettings settings = {}) {
    auto opened = store::open_postgres_store(address, settings);
    if (!opened.ok()) ADD_FAILURE() << opened.error().message;
    return std::move(*opened);
  }
  std::unique_ptr<store::PostgresStore> filled(store::PostgresStoreSettings settings = {}) {
    auto store = open(settings);
    EXPECT_TRUE(store->create_if_missing({"a journal", {5, 6}}).ok());
    return store;
  }
  std::string through(const CuttingProxy& proxy) {
    return "postgresql://owner@127.0.0.1:" + std::to_string(proxy.port()) + "/" + database_.name();
  }
  static std::string why(const std::string& address) {
    const auto opened = store::open_postgres_store(address);
    return opened.ok() ? "it was opened" : opened.error().message;
  }
  static store::Settings settings(store::Store& store) { return *(*store.make_reader())->settings(); }

  PostgresServer& server_ = PostgresServer::shared();
  const MigratedDatabase database_;
};

// --- making it

TEST_F(PostgresStoreTest, DataIsCreatedOnceAndKept) {
  const auto first = open();
  EXPECT_TRUE(*first->create_if_missing({"a journal", {5, 6}}));
  const store::Settings was = settings(*first);
  const auto second = open();
  EXPECT_FALSE(*second->create_if_missing({"another journal", {1, 2, 3}}));
  const store::Settings is = settings(*second);
  EXPECT_EQ(is.partitions, 2);
  EXPECT_EQ(is.journal_identity, "a journal");
  EXPECT_EQ(is.ticket_key, was.ticket_key);
  EXPECT_EQ(second->make_reader().value()->positions()->at(1).state.state_hash, 6u);
}

TEST_F(PostgresStoreTest, OfSeveralThatCreateAtOnceOneDoes) {
  const auto store = open();
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto result = store->create_if_missing({"a journal", {5, 6}});
      EXPECT_TRUE(result.ok());
      made += *result ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(store->make_reader().value()->positions()->size(), 2u);
}

TEST_F(PostgresStoreTest, AnEmptyStoreSaysThatItIsAndWhoFillsIt) {
  const auto read = open()->make_reader().value()->settings();
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message, HasSubstr("the store is empty: the first issuer"));
}

TEST_F(PostgresStoreTest, ADatabaseWithoutTablesIsRefusedWithTheCommandThatMakesThem) {
  const std::string address = server_.address(server_.make_database());
  EXPECT_THAT(why(address), AllOf(HasSubstr("no tables of firstcome"), HasSubstr("firstcome store migrate")));
  EXPECT_GT(*store::migrate_postgres_store(address), 0u);
  EXPECT_EQ(*store::migrate_postgres_store(address), 0u);
  EXPECT_EQ(why(address), "it was opened");
}

TEST_F(PostgresStoreTest, OfSeveralThatMigrateAtOnceOneDoes) {
  const std::string address = server_.address(server_.make_database());
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto result = store::migrate_postgres_store(address);
      ASSERT_TRUE(result.ok()) << result.error().message;
      applied += *result > 0 ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 1);
}

TEST_F(PostgresStoreTest, TablesOfANewerVersionAreRefusedAndLeftAlone) {
  const std::string name = server_.make_database();
  ASSERT_TRUE(store::migrate_postgres_store(server_.address(name)).ok());
  auto session = server_.session(name);
  must(session, "INSERT INTO firstcome.schema_history VALUES (99, 'later', 0)");
  EXPECT_THAT(why(server_.address(name)), AllOf(HasSubstr("version 99"), HasSubstr("newer firstcome")));
  EXPECT_THAT(store::migrate_postgres_store(server_.address(name)).error().message,
              HasSubstr("newer firstcome"));
}

TEST_F(PostgresStoreTest, TablesThatWereMadeOtherwiseAreRefused) {
  const std::string name = server_.make_database();
  ASSERT_TRUE(store::migrate_postgres_store(server_.address(name)).ok());
  auto session = server_.session(name);
  must(session, "UPDATE firstcome.schema_history SET checksum = 1");
  EXPECT_THAT(why(server_.address(name)), HasSubstr("another V1"));
}

TEST_F(PostgresStoreTest, ADatabaseThatIsNotInUtf8IsRefused) {
  auto session = server_.session("postgres");
  must(session, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  const auto refused = store::migrate_postgres_store(server_.address("latin"));
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("LATIN1"), HasSubstr("ENCODING 'UTF8'")));
}

TEST_F(PostgresStoreTest, APasswordInTheAddressIsRefusedAndNotRepeated) {
  for (const char* address : {"postgresql://me:hunter2@127.0.0.1/db", "host=127.0.0.1 password=hunter2",
                              "postgresql://me:hunter2@127.0.0.1:x/db?y=z"}) {
    EXPECT_THAT(why(address), AllOf(HasSubstr("address"), Not(HasSubstr("hunter2")))) << address;
  }
}

TEST_F(PostgresStoreTest, AServerThatIsNotThereIsToldByHostAndDatabaseAndCanBeTriedAgain) {
  const auto refused = store::open_postgres_store("postgresql://me@127.0.0.1:1/shop");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().retryable());
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("127.0.0.1:1/shop"), HasSubstr("refused")));
}

TEST_F(PostgresStoreTest, OfSeveralHostsTheFirstThatIsThereIsTakenAndWithoutAnyEachIsNamed) {
  const std::string port = std::to_string(server_.port());
  EXPECT_EQ(why("host=127.0.0.1,127.0.0.1 port=1," + port + " user=owner dbname=" + database_.name()),
            "it was opened");
  EXPECT_THAT(why("host=127.0.0.1,127.0.0.1 port=1,2 user=owner dbname=x"),
              AllOf(HasSubstr("port 1 failed: Connection refused; "),
                    HasSubstr("port 2 failed: Connection refused")));
}

// --- saving

TEST_F(PostgresStoreTest, OfTwoWritersAtOnceOneSavesAndTheOtherIsToldThatThePositionMoved) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2'000, UserId{1});
  std::vector<SaveOutcome> outcomes(2);
  std::vector<std::thread> threads;
  for (auto& outcome : outcomes) {
    threads.emplace_back(
        [&, writer = std::move(*store->make_writer())] { outcome = writer->save(batch).outcome; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(outcomes, testing::UnorderedElementsAre(SaveOutcome::Saved, SaveOutcome::Moved));
  EXPECT_EQ(load(**store->make_reader()).coupons.size(), 2'000u);
}

TEST_F(PostgresStoreTest, WhileAnotherSessionHoldsTheRowASaveFailsInTimeAndCanBeTriedAgain) {
  const auto store = filled({.lock_timeout = milliseconds{50}});
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  must(other, "BEGIN; SELECT * FROM firstcome.journal_position FOR UPDATE");
  const auto failed = writer->save(batch);
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.retryable());
  EXPECT_THAT(failed.error.message,
              AllOf(HasSubstr("lock timeout"), HasSubstr("partition 0, offsets 0 to 1")));
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, ASaveThatTakesTooLongFailsAndCanBeTriedAgain) {
  const auto store = filled({.statement_timeout = milliseconds{50}});
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  must(other, "BEGIN; LOCK TABLE firstcome.coupon");
  const auto failed = writer->save(batch);
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.retryable()) << failed.error.message;
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, MoreCouponsThanThePolicyHasAreAConflict) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 3, UserId{1});
  batch.policies.front().max_count = 2;
  const auto result = store->make_writer().value()->save(batch);
  EXPECT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message,
              AllOf(HasSubstr("no_more_than_max_count"), HasSubstr("(7, policy 7, 2, 3,")));
}

TEST_F(PostgresStoreTest, AConflictNamesPolicyUserAndTheOffsetsOfTheBatch) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 1, UserId{42})).outcome, SaveOutcome::Saved);
  const auto result = writer->save(maker.issue(kSeven, 1, UserId{42}));
  EXPECT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message,
              AllOf(HasSubstr("(user_id, policy_id, user_ordinal)=(42, 7, 1)"), HasSubstr("offsets 1 to 1")));
}

TEST_F(PostgresStoreTest, ATimeThatNoColumnHoldsIsAnErrorAndNeverAnotherTime) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  for (const Timestamp time : {Timestamp::max(), Timestamp::min(), from_millis(9'300'000'000'000'000)}) {
    BatchMaker maker(0, 5);
    store::Batch batch = maker.next({1});
    batch.after.state.clock = time;
    const auto result = writer->save(batch);
    EXPECT_EQ(result.outcome, SaveOutcome::Failed);
    EXPECT_FALSE(result.error.retryable());
  }
  EXPECT_EQ(writer->position(0)->next_offset, 0);
}

TEST_F(PostgresStoreTest, AHaltIsOnTheDiskThoughSavesDoNotWaitForIt) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_TRUE(writer->halt(1, "a reason").ok());
  server_.crash();
  server_.start();
  const auto positions = store->make_reader().value()->positions();
  EXPECT_EQ(positions->at(1).halted_reason, "a reason");
  EXPECT_EQ(positions->at(0).next_offset, 2) << "what was committed before";
}

// --- connections

TEST_F(PostgresStoreTest, AServerThatWasRestartedBetweenTwoCallsIsNotEvenNoticed) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  const auto reader = std::move(*store->make_reader());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_TRUE(writer->halt(1, "so that all of it is on the disk").ok());
  server_.stop();
  const auto away = writer->save(maker.next({1}));
  EXPECT_EQ(away.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(away.error.retryable());
  server_.start();
  EXPECT_EQ(reader->positions()->at(0).next_offset, 2);
  EXPECT_EQ(writer->position(0)->next_offset, 2);
}

TEST_F(PostgresStoreTest, ASaveWhoseSessionIsEndedBeforeCommitHasCertainlyFailedAndTheNextCallConnectsAgain) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  auto third = database_.session();
  must(other, "BEGIN; LOCK TABLE firstcome.coupon");
  std::thread terminator([&] {
    // Returns once the writer waits for the lock and has been ended.
    while (number(third, std::string("SELECT count(pg_terminate_backend(pid, 5000)) ") + kWriters +
                             " AND wait_event_type = 'Lock'") == 0) {
      std::this_thread::yield();
    }
  });
  const auto failed = writer->save(batch);
  terminator.join();
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.retryable());
  EXPECT_THAT(failed.error.message, HasSubstr("terminating connection due to administrator command"));
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, ACommitWhoseAnswerIsLostIsUnknownAndReadingBackTells) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch first = maker.issue(kSeven, 2, UserId{1});
  proxy.harm_at("COMMIT", CuttingProxy::Harm::CutAnswer);
  const auto committed = writer->save(first);
  EXPECT_EQ(committed.outcome, SaveOutcome::Unknown);
  EXPECT_EQ(committed.error.kind, Error::Kind::Unknown);
  EXPECT_TRUE(same(*writer->position(0), first.after)) << "it was committed";

  const store::Batch second = maker.issue(kSeven, 2, UserId{3});
  proxy.harm_at("COMMIT", CuttingProxy::Harm::CutBefore);
  EXPECT_EQ(writer->save(second).outcome, SaveOutcome::Unknown);
  EXPECT_TRUE(same(*writer->position(0), first.after)) << "it was not";
  EXPECT_EQ(writer->save(second).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load(**open()->make_reader()).coupons.size(), 4u);
}

TEST_F(PostgresStoreTest, AnythingElseThatIsCutOffHasFailed) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  for (const char* word : {"BEGIN", "move_position", "insert_batch", "COPY", "PGCOPY", "upsert_policies"}) {
    proxy.harm_at(word, CuttingProxy::Harm::CutAnswer);
    const auto failed = writer->save(batch);
    EXPECT_EQ(failed.outcome, SaveOutcome::Failed) << word;
    EXPECT_TRUE(failed.error.retryable()) << word;
  }
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, AnIssuerFrozenInsideASaveHoldsNobodyUpAndSavesNothingWhenItWakes) {
  const store::PostgresStoreSettings settings{.idle_in_transaction_timeout = milliseconds{100}};
  filled();
  CuttingProxy proxy(server_.port());
  const auto frozen = std::move(*open_at(through(proxy), settings)->make_writer());
  const auto other = std::move(*open()->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  proxy.harm_at("insert_batch", CuttingProxy::Harm::Hold);  // the position's row is locked by then
  store::SaveResult woken;
  std::thread thread([&] { woken = frozen->save(batch); });
  proxy.wait_for_harm();
  EXPECT_EQ(other->save(batch).outcome, SaveOutcome::Saved);
  proxy.release();
  thread.join();
  EXPECT_EQ(woken.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(woken.error.retryable());
  EXPECT_EQ(frozen->save(batch).outcome, SaveOutcome::Moved);
}

TEST_F(PostgresStoreTest, AnIssuerFrozenInsideACopyIsEndedByWhoeverMeetsItsLock) {
  const store::PostgresStoreSettings settings{.lock_timeout = milliseconds{100},
                                              .idle_in_transaction_timeout = milliseconds{100}};
  filled();
  CuttingProxy proxy(server_.port());
  const auto frozen = std::move(*open_at(through(proxy), settings)->make_writer());
  const auto other = std::move(*open_at(database_.address(), settings)->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  proxy.harm_at("PGCOPY", CuttingProxy::Harm::Hold);  // the rows themselves
  store::SaveResult woken;
  std::thread thread([&] { woken = frozen->save(batch); });
  proxy.wait_for_harm();
  const auto met = other->save(batch);
  EXPECT_EQ(met.outcome, SaveOutcome::Failed);
  EXPECT_THAT(met.error.message, HasSubstr("frozen inside a save, and is ended"));
  EXPECT_EQ(other->save(batch).outcome, SaveOutcome::Saved);
  proxy.release();
  thread.join();
  EXPECT_EQ(woken.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(woken.error.retryable());
  EXPECT_EQ(frozen->save(batch).outcome, SaveOutcome::Moved);
}

TEST_F(PostgresStoreTest, AServerThatSaysNothingCountsAsGone) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store =
      open_at(through(proxy), {.statement_timeout = milliseconds{50}, .silence_timeout = milliseconds{50}});
  const auto reader = std::move(*store->make_reader());
  proxy.harm_at("positions", CuttingProxy::Harm::Hold);
  const auto failed = reader->positions();
  ASSERT_FALSE(failed.ok());
  EXPECT_TRUE(failed.error().retryable());
  EXPECT_THAT(failed.error().message, HasSubstr("does not answer"));
  proxy.release();
  EXPECT_TRUE(reader->positions().ok());
}

// --- what is kept

TEST_F(PostgresStoreTest, ACrashOfTheDatabaseTakesTheLastBatchesWholeAndTheyCanBeSavedAgain) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  std::vector<store::Batch> batches;
  for (int i = 0; i < 40; ++i) batches.push_back(maker.issue(kSeven, 5, UserId{1 + 5 * i}));
  bool lost_some = false;
  for (std::size_t saved = 0; saved < batches.size();) {
    const std::size_t until = std::min(saved + 10, batches.size());
    for (; saved < until; ++saved)
      ASSERT_EQ(writer->save(batches[saved]).outcome, SaveOutcome::Saved) << saved;
    if (lost_some) continue;
    server_.crash();
    server_.start();
    const Snapshot left = load(**store->make_reader());
    const Offset position = left.positions.at(0).next_offset;
    ASSERT_EQ(position % 5, 0) << "a batch is there or not";
    const auto whole = static_cast<std::size_t>(position / 5);
    ASSERT_LE(whole, saved);
    ASSERT_EQ(left.coupons.size(), 5 * whole);
    ASSERT_EQ(scan(**store->make_reader()).batches.size(), whole);
    if (whole > 0) {
      EXPECT_TRUE(same(left.positions.at(0), batches[whole - 1].after));
      EXPECT_EQ(left.policies, batches[whole - 1].policies);
    }
    lost_some = whole < saved;
    saved = whole;
  }
  EXPECT_TRUE(lost_some) << "or this test shows nothing";
  const Snapshot all = load(**store->make_reader());
  EXPECT_EQ(all.coupons.size(), 200u);
  EXPECT_TRUE(same(all.positions.at(0), maker.position()));
}

TEST_F(PostgresStoreTest, SnapshotsDoNotSeeASaveThatComesInBetween) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  struct SavingSink : store::SnapshotSink {
    std::function<void()> save;
    std::size_t coupons = 0;
    std::int64_t issued = 0;
    void position(const store::Position&) override {
      if (save) std::exchange(save, nullptr)();
    }
    void policy(const Policy& policy) override { issued = policy.active_count; }
    void coupon(const Coupon&) override { ++coupons; }
  } sink;
  sink.save = [&] { EXPECT_EQ(writer->save(maker.issue(kSeven, 2, UserId{3})).outcome, SaveOutcome::Saved); };
  ASSERT_TRUE(store->make_reader().value()->load_snapshot(sink).ok());
  EXPECT_EQ(sink.coupons, 2u);
  EXPECT_EQ(sink.issued, 2);
}

TEST_F(PostgresStoreTest, AScanNamesARowThatNoIssuerWroteAndTheReaderGoesOnAfterIt) {
  const auto store = filled();
  const auto reader = std::move(*store->make_reader());
  BatchMaker maker(0, 5);
  ASSERT_EQ(store->make_writer().value()->save(maker.issue(kSeven, 2, UserId{1})).outcome,
            SaveOutcome::Saved);
  auto session = database_.session();
  must(session, "UPDATE firstcome.coupon_policy SET state = 257");
  must(session, "UPDATE firstcome.journal_batch SET origin_marks = 'x'");
  must(session, "UPDATE firstcome.coupon SET issued_at = 'infinity' WHERE sequence = 2");
  const auto what = [&] {
    struct : store::RowSink {
      void position(const store::Position&) override {}
      void policy(const Policy&) override {}
      void change(const store::StoredChange&) override {}
      void batch(store::BatchRow) override {}
      void coupon(const store::CouponRow&) override {}
    } sink;
    const Status scanned = reader->scan(sink);
    return scanned.ok() ? "it was scanned" : scanned.error().message;
  };
  EXPECT_THAT(what(), HasSubstr("coupon_policy for key (7)"));
  must(session, "UPDATE firstcome.coupon_policy SET state = 1");
  EXPECT_THAT(what(), HasSubstr("journal_batch for key (1, 0, 0)"));
  must(session, "UPDATE firstcome.journal_batch SET origin_marks = ''");
  EXPECT_THAT(what(), HasSubstr("coupon for key (7, 2)"));
  must(session, "UPDATE firstcome.coupon SET issued_at = now() WHERE sequence = 2");
  EXPECT_EQ(what(), "it was scanned");
}

TEST_F(PostgresStoreTest, TimesAreReadableAndExactForPeopleWithSql) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 1, UserId{1});
  batch.coupons.front().issued_at = *parse_rfc3339("2026-11-23T14:00:00.123Z");
  batch.policies.front().issue_starts_at = *parse_rfc3339("0000-01-01T00:00:00Z");
  batch.policies.front().issue_ends_at = *parse_rfc3339("9999-12-31T23:59:59.999Z");
  ASSERT_EQ(store->make_writer().value()->save(batch).outcome, SaveOutcome::Saved);
  auto session = database_.session();
  EXPECT_EQ(
      number(session, "SELECT count(*) FROM firstcome.coupon WHERE issued_at = '2026-11-23 14:00:00.123Z'"),
      1);
  EXPECT_EQ(load(**store->make_reader()).policies, batch.policies);
  EXPECT_EQ(load(**store->make_reader()).coupons, batch.coupons);
}

TEST_F(PostgresStoreTest, ManyPoliciesAndChangesAreOneBatchToo) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.next(std::vector<std::uint8_t>(3'000, 12));
  for (std::int64_t id = 1; id <= 3'000; ++id) {
    batch.policies.push_back(a_policy(PolicyId{id}));
    batch.policies.back().name = "é ☕ " + std::to_string(id);
    batch.changes.push_back(a_change(PolicyId{id}, 1, id - 1));
  }
  ASSERT_EQ(store->make_writer().value()->save(batch).outcome, SaveOutcome::Saved);
  const Rows rows = scan(**store->make_reader());
  EXPECT_EQ(rows.policies, batch.policies);
  EXPECT_EQ(rows.changes.size(), 3'000u);
}

// --- who may do what

TEST_F(PostgresStoreTest, WithTheGrantsAnEdgeReadsEverythingAndWritesNothingAndAnIssuerSaves) {
  auto session = database_.session();
  for (const char* role : {"an_edge", "an_issuer"}) {
    must(session, std::string("DROP ROLE IF EXISTS ") + role);
    must(session, std::string("CREATE ROLE ") + role + " LOGIN");
  }
  const std::string as_edge = server_.address(database_.name(), "an_edge");
  const std::string as_issuer = server_.address(database_.name(), "an_issuer");
  EXPECT_THAT(why(as_edge), HasSubstr("sql/postgres/grants.sql"));
  ASSERT_EQ(server_.run_file(database_.name(), FIRSTCOME_SQL "/postgres/grants.sql",
                             {"edge=an_edge", "issuer=an_issuer"}),
            "");

  const auto issuer = open_at(as_issuer);
  ASSERT_TRUE(*issuer->create_if_missing({"a journal", {5, 6}}));
  const auto saving = std::move(*issuer->make_writer());
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  batch.changes.push_back(a_change(kSeven, 1, 0));
  ASSERT_EQ(saving->save(batch).outcome, SaveOutcome::Saved);
  ASSERT_EQ(saving->save(maker.issue(kSeven, 2, UserId{3})).outcome, SaveOutcome::Saved);
  EXPECT_TRUE(saving->halt(1, "a reason").ok());
  EXPECT_TRUE(saving->unhalt(1).ok());

  const auto edge = open_at(as_edge);
  const auto reader = std::move(*edge->make_reader());
  EXPECT_EQ(reader->settings()->partitions, 2);
  EXPECT_EQ(load(*reader).coupons.size(), 4u);
  EXPECT_EQ(scan(*reader).changes.size(), 1u);
  EXPECT_TRUE(reader->find_coupon(kSeven, UserId{1})->has_value());
  EXPECT_EQ(reader->user_coupons(UserId{1}, std::nullopt, PolicyId{0}, 10)->coupons.size(), 1u);
  EXPECT_EQ(**reader->code_at(1, 0, 0), Code::Success);
  EXPECT_EQ(reader->policy_changes(kSeven, 10)->size(), 1u);
  const auto writing = std::move(*edge->make_writer());
  const auto refused = writing->save(maker.issue(kSeven, 1, UserId{9}));
  EXPECT_EQ(refused.outcome, SaveOutcome::Failed);
  EXPECT_FALSE(refused.error.retryable());
  EXPECT_THAT(refused.error.message, AllOf(HasSubstr("permission denied"), HasSubstr("grants.sql")));
  EXPECT_FALSE(writing->halt(0, "a reason").ok());

  for (const char* mischief : {"UPDATE coupon SET user_id = 1", "DELETE FROM coupon", "TRUNCATE coupon",
                               "UPDATE setting SET value = ''", "DROP TABLE coupon"}) {
    for (const auto& address : {as_edge, as_issuer}) {
      postgres::Connection role(*postgres::Address::parse(address), {}, {});
      ASSERT_TRUE(role.ensure().ok());
      EXPECT_FALSE(role.execute(mischief).ok()) << mischief;
    }
  }
  must(session, "DROP OWNED BY an_edge, an_issuer");
  must(session, "DROP ROLE an_edge, an_issuer");
}

}  // namespace
}  // namespace firstcome::test
