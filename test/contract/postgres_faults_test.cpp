// A PostgreSQL server that stops, does not respond, or ends a session during a save.

#include <algorithm>
#include <functional>
#include <thread>

#include "postgres_store_test.h"
#include "servers/pgbouncer.h"
#include "servers/silent_host.h"

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::HasSubstr;

constexpr PolicyId kSeven{7};
constexpr const char* kWriters =
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

using PostgresFaultsTest = PostgresStoreTest;

class NoRows : public store::SnapshotSink {
 public:
  bool wants_coupons(const Policy&) override { return true; }
  void life(const CouponLife&) override {}
  void listed(const ListedUser&) override {}
  void imported_code(const ImportedCode&) override {}
  void position(const store::Position&) override {}
  void policy(const Policy&) override {}
  void coupon(const store::CouponRow&) override {}
};

TEST_F(PostgresFaultsTest, ARestartOfTheServerBetweenTwoCallsIsInvisible) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  const auto reader = std::move(*store->make_reader());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_TRUE(writer->halt(1, "so that all of it is on the disk").ok());
  server_.stop();
  const auto away = writer->save(maker.next({1}));
  EXPECT_EQ(away.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(away.error.is_retryable());
  server_.start();
  EXPECT_EQ(reader->positions()->at(0).next_offset, 2);
  EXPECT_EQ(writer->position(0)->next_offset, 2);
}

TEST_F(PostgresFaultsTest,
       ASaveWhoseSessionIsEndedBeforeCommitHasCertainlyFailedAndTheNextCallConnectsAgain) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  auto third = database_.session();
  must(other, "BEGIN; LOCK TABLE firstcome.coupon");
  std::thread terminator([&] {
    // Returns after the writer has waited for the lock and was ended.
    while (number(third, std::string("SELECT count(pg_terminate_backend(pid, 5000)) ") + kWriters +
                             " AND wait_event_type = 'Lock'") == 0) {
      std::this_thread::yield();
    }
  });
  const auto failed = writer->save(batch);
  terminator.join();
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.is_retryable());
  EXPECT_THAT(failed.error.message, HasSubstr("terminating connection due to administrator command"));
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresFaultsTest, ACommitWithALostResponseIsUnknownAndThePositionShowsTheOutcome) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch first = maker.issue(kSeven, 2, UserId{1});
  ASSERT_TRUE(writer->position(0).ok());
  proxy.harm_at("COMMIT", CuttingProxy::Harm::CutAnswer);
  const auto committed = writer->save(first);
  EXPECT_EQ(committed.outcome, SaveOutcome::Unknown);
  EXPECT_EQ(committed.error.kind, Error::Kind::Unknown);
  EXPECT_TRUE(same(*writer->position(0), first.after)) << "the batch was committed";

  const store::Batch second = maker.issue(kSeven, 2, UserId{3});
  proxy.harm_at("COMMIT", CuttingProxy::Harm::CutBefore);
  EXPECT_EQ(writer->save(second).outcome, SaveOutcome::Unknown);
  EXPECT_TRUE(same(*writer->position(0), first.after)) << "the batch was not committed";
  EXPECT_EQ(writer->save(second).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load(**open()->make_reader()).coupons.size(), 4u);
}

TEST_F(PostgresFaultsTest, EveryOtherLostResponseMeansFailed) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  for (const char* word : {"BEGIN", "move_position", "insert_batch", "COPY", "PGCOPY", "upsert_policies"}) {
    ASSERT_TRUE(writer->position(0).ok());  // opens a session and prepares the statements
    proxy.harm_at(word, CuttingProxy::Harm::CutAnswer);
    const auto failed = writer->save(batch);
    EXPECT_EQ(failed.outcome, SaveOutcome::Failed) << word;
    EXPECT_TRUE(failed.error.is_retryable()) << word;
  }
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresFaultsTest, AnIssuerFrozenInsideASaveDoesNotBlockOthersAndSavesNothingWhenItContinues) {
  const store::PostgresStoreSettings settings{.idle_in_transaction_timeout = milliseconds{100}};
  filled();
  CuttingProxy proxy(server_.port());
  const auto frozen = std::move(*open_at(through(proxy), settings)->make_writer());
  const auto other = std::move(*open()->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  ASSERT_TRUE(frozen->position(0).ok());                    // opens a session and prepares the statements
  proxy.harm_at("insert_batch", CuttingProxy::Harm::Hold);  // at this time the row of the position is locked
  store::SaveResult woken;
  std::thread thread([&] { woken = frozen->save(batch); });
  proxy.wait_for_harm();
  EXPECT_EQ(other->save(batch).outcome, SaveOutcome::Saved);
  proxy.release();
  thread.join();
  EXPECT_EQ(woken.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(woken.error.is_retryable());
  EXPECT_EQ(frozen->save(batch).outcome, SaveOutcome::Moved);
}

TEST_F(PostgresFaultsTest, AnIssuerFrozenInsideACopyIsEndedByTheNextOneThatWaitsForItsLock) {
  const store::PostgresStoreSettings settings{.lock_timeout = milliseconds{100},
                                              .idle_in_transaction_timeout = milliseconds{100}};
  filled();
  CuttingProxy proxy(server_.port());
  const auto frozen = std::move(*open_at(through(proxy), settings)->make_writer());
  const auto other = std::move(*open_at(database_.address(), settings)->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  proxy.harm_at("PGCOPY", CuttingProxy::Harm::Hold);  // the rows of the COPY
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
  EXPECT_TRUE(woken.error.is_retryable());
  EXPECT_EQ(frozen->save(batch).outcome, SaveOutcome::Moved);
}

TEST_F(PostgresFaultsTest, ASilentServerCountsAsLost) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store =
      open_at(through(proxy), {.statement_timeout = milliseconds{50}, .silence_timeout = milliseconds{50}});
  const auto reader = std::move(*store->make_reader());
  proxy.harm_at("positions", CuttingProxy::Harm::Hold);
  const auto failed = reader->positions();
  ASSERT_FALSE(failed.ok());
  EXPECT_TRUE(failed.error().is_retryable());
  EXPECT_THAT(failed.error().text(), HasSubstr("does not answer"));
  proxy.release();
  // On a busy machine the next sessions may also take longer than these 50 ms.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool answers = false;
  while (!answers && std::chrono::steady_clock::now() < give_up) answers = reader->positions().ok();
  EXPECT_TRUE(answers);
}

TEST_F(PostgresFaultsTest, AnInterruptEndsTheCurrentCallAndEveryLaterOne) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto reader = std::move(*store->make_reader());
  proxy.harm_at("positions", CuttingProxy::Harm::Hold);
  Status ended = Done{};
  std::thread asking([&] {
    const auto positions = reader->positions();
    if (!positions.ok()) ended = positions.error();
  });
  proxy.wait_for_harm();
  store->interrupt();
  asking.join();
  ASSERT_FALSE(ended.ok());
  EXPECT_TRUE(ended.error().is_retryable());
  EXPECT_THAT(ended.error().text(), HasSubstr("the node is stopping"));
  EXPECT_FALSE(store->make_reader().ok());
  EXPECT_FALSE(reader->positions().ok());
  proxy.release();
}

TEST_F(PostgresFaultsTest, AnInterruptEndsASnapshotWithoutATimeout) {
  filled();
  CuttingProxy proxy(server_.port());
  const auto store = open_at(through(proxy));
  const auto reader = std::move(*store->make_reader());
  proxy.harm_at("COPY", CuttingProxy::Harm::Hold);
  Status ended = Done{};
  std::thread loading([&] {
    NoRows rows;
    ended = reader->load_snapshot(rows);
  });
  proxy.wait_for_harm();
  store->interrupt();
  loading.join();
  EXPECT_FALSE(ended.ok());
  proxy.release();
}

TEST_F(PostgresFaultsTest, AnInterruptEndsTheWaitForAHostThatAcceptsNoSession) {
  SilentHost silent;
  const auto interrupt = std::make_shared<postgres::Interrupt>();
  postgres::DatabaseConnection connection(
      *postgres::Address::parse(silent.alone()),
      {.connect_timeout = milliseconds{3'600'000}, .interrupt = interrupt}, {});
  std::thread interrupting([&] {
    silent.wait_for_client();
    interrupt->raise();
  });
  EXPECT_FALSE(connection.ensure().ok());
  interrupting.join();
}

TEST_F(PostgresFaultsTest, ASilentHostIsSkippedAfterTheTimeoutReportedOnceAndNotTriedAgain) {
  filled();
  SilentHost silent;
  std::vector<std::string> reports;
  const auto store = open_at(silent.before(server_.port(), database_.name()),
                             {.connect_timeout = milliseconds{50},
                              .report = [&](const std::string& what) { reports.push_back(what); }});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(store->make_reader().value()->positions().ok());
  EXPECT_EQ(silent.clients(), 1);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_THAT(reports.front(),
              HasSubstr("127.0.0.1:" + std::to_string(silent.port()) + " does not answer within 50 ms"));
  EXPECT_THAT(reports.front(), HasSubstr("Using 127.0.0.1:" + std::to_string(server_.port())));
}

TEST_F(PostgresFaultsTest, ADatabaseThatIsReadOnlyByASettingIsNotReportedAsAStandby) {
  const auto store = filled();
  auto session = database_.session();
  must(session, "ALTER DATABASE " + database_.name() + " SET default_transaction_read_only = on");
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  const auto refused = writer->save(batch);
  EXPECT_EQ(refused.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(refused.error.is_retryable());
  EXPECT_THAT(refused.error.message, HasSubstr("default_transaction_read_only is on"));
  EXPECT_THAT(refused.error.message, testing::Not(HasSubstr("standby")));
  must(session, "SET default_transaction_read_only = off");
  must(session, "ALTER DATABASE " + database_.name() + " RESET default_transaction_read_only");
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresFaultsTest, APoolerOfTransactionsIsRefusedAndOneOfSessionsWorks) {
  filled();
  const PgBouncer transactions(server_.port(), "transaction");
  EXPECT_THAT(why(transactions.address(database_.name())), HasSubstr("pools transactions (PgBouncer"));
  const PgBouncer sessions(server_.port(), "session");
  const auto store = open_at(sessions.address(database_.name()));
  const auto reader = std::move(*store->make_reader());
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  EXPECT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  EXPECT_EQ(load(*reader).coupons.size(), 2u);
}

TEST_F(PostgresFaultsTest, ACrashOfTheDatabaseLosesTheLastBatchesCompletelyAndTheyCanBeSavedAgain) {
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
    ASSERT_EQ(position % 5, 0) << "a batch exists completely or not at all";
    const auto whole = static_cast<std::size_t>(position / 5);
    ASSERT_LE(whole, saved);
    ASSERT_EQ(left.coupons.size(), 5 * whole);
    std::size_t outcomes = 0;
    for (const store::BatchRow& row : scan(**store->make_reader()).batches) outcomes += row.codes.size();
    ASSERT_EQ(outcomes, 5 * whole);
    if (whole > 0) {
      EXPECT_TRUE(same(left.positions.at(0), batches[whole - 1].after));
      EXPECT_EQ(left.policies, batches[whole - 1].policies);
    }
    lost_some = whole < saved;
    saved = whole;
  }
  EXPECT_TRUE(lost_some) << "otherwise this test shows nothing";
  const Snapshot all = load(**store->make_reader());
  EXPECT_EQ(all.coupons.size(), 200u);
  EXPECT_TRUE(same(all.positions.at(0), maker.position()));
}

TEST_F(PostgresFaultsTest, AHaltIsOnTheDiskAlthoughSavesDoNotWaitForIt) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  ASSERT_TRUE(writer->halt(1, "a reason").ok());
  server_.crash();
  server_.start();
  const auto positions = store->make_reader().value()->positions();
  EXPECT_EQ(positions->at(1).halted_reason, "a reason");
  EXPECT_EQ(positions->at(0).next_offset, 2) << "the earlier commits";
}

}  // namespace
}  // namespace firstcome::test
