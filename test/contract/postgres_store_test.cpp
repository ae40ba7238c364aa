#include "postgres_store_test.h"

#include <thread>

#include "domain/home.h"

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr PolicyId kSeven{7};

/// A policy whose home is this partition, of two.
PolicyId policy_at_home(Partition partition, PolicyId after = PolicyId{0}) {
  PolicyId policy{after.value + 1};
  while (home(policy, 2) != partition) ++policy.value;
  return policy;
}

// --- saving

TEST_F(PostgresStoreTest, OfTwoConcurrentWritersOneSavesAndTheOtherGetsMoved) {
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

TEST_F(PostgresStoreTest, ASaveFailsAfterTheLockTimeoutAndIsRetryable) {
  const auto store = filled({.lock_timeout = milliseconds{50}});
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  must(other, "BEGIN; SELECT * FROM firstcome.journal_position FOR UPDATE");
  const auto failed = writer->save(batch);
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.is_retryable());
  EXPECT_THAT(failed.error.message,
              AllOf(HasSubstr("lock timeout"), HasSubstr("partition 0, offsets 0 to 1")));
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, ASaveThatTakesTooLongFailsAndIsRetryable) {
  const auto store = filled({.statement_timeout = milliseconds{50}});
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  const store::Batch batch = maker.issue(kSeven, 2, UserId{1});
  auto other = database_.session();
  must(other, "BEGIN; LOCK TABLE firstcome.coupon");
  const auto failed = writer->save(batch);
  EXPECT_EQ(failed.outcome, SaveOutcome::Failed);
  EXPECT_TRUE(failed.error.is_retryable()) << failed.error.message;
  ASSERT_TRUE(other.execute("ROLLBACK").ok());
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
}

TEST_F(PostgresStoreTest, MoreCouponsThanMaxCountAreAConflict) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 3, UserId{1});
  batch.policies.front().max_count = 2;
  const auto result = store->make_writer().value()->save(batch);
  EXPECT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message, AllOf(HasSubstr("no_more_than_max_count"), Not(HasSubstr("policy 7"))));
}

TEST_F(PostgresStoreTest, AConflictHasTheConstraintAndTheOffsetsOfTheBatchButNoValueOfTheRow) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  ASSERT_EQ(writer->save(maker.issue(kSeven, 1, UserId{424242})).outcome, SaveOutcome::Saved);
  const auto result = writer->save(maker.issue(kSeven, 1, UserId{424242}));
  EXPECT_EQ(result.outcome, SaveOutcome::Conflict);
  EXPECT_THAT(result.error.message,
              AllOf(HasSubstr("coupon_of_user"), HasSubstr("offsets 1 to 1"), Not(HasSubstr("424242"))));
}

TEST_F(PostgresStoreTest, ATimeOutsideTheRangeOfTheColumnIsAnError) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  for (const Timestamp time : {Timestamp::max(), Timestamp::min(), from_millis(9'300'000'000'000'000)}) {
    BatchMaker maker(0, 5);
    store::Batch batch = maker.next({1});
    batch.after.state.clock = time;
    const auto result = writer->save(batch);
    EXPECT_EQ(result.outcome, SaveOutcome::Failed);
    EXPECT_FALSE(result.error.is_retryable());
  }
  EXPECT_EQ(writer->position(0)->next_offset, 0);
}

// --- stored rows

TEST_F(PostgresStoreTest, AScanReportsAnInvalidRowAndTheReaderWorksAfterwards) {
  const auto store = filled();
  const auto reader = std::move(*store->make_reader());
  BatchMaker maker(0, 5);
  ASSERT_EQ(store->make_writer().value()->save(maker.issue(kSeven, 2, UserId{1})).outcome,
            SaveOutcome::Saved);
  auto session = database_.session();
  must(session, "UPDATE firstcome.coupon_policy SET state = 257");
  must(session, "UPDATE firstcome.journal_batch SET origin_marks = 'x'");
  must(session, "UPDATE firstcome.coupon SET issued_at = 'infinity' WHERE sequence = 2");
  const auto what = [&] { return why_not_scanned(*reader); };
  EXPECT_THAT(what(), HasSubstr("coupon_policy for key (7)"));
  must(session, "UPDATE firstcome.coupon_policy SET state = 1");
  EXPECT_THAT(what(), HasSubstr("journal_batch for key (1, 0, 0)"));
  must(session, "UPDATE firstcome.journal_batch SET origin_marks = ''");
  EXPECT_THAT(what(), HasSubstr("coupon for key (7, 2)"));
  must(session, "UPDATE firstcome.coupon SET issued_at = now() WHERE sequence = 2");
  for (const char* damage : {"on_cancel = 3", "codes = 0"}) {
    must(session, std::string("UPDATE firstcome.coupon_policy SET ") + damage);
    EXPECT_THAT(what(), HasSubstr("coupon_policy for key (7)")) << damage;
    must(session, "UPDATE firstcome.coupon_policy SET on_cancel = 1, codes = 1");
  }
  must(session, "INSERT INTO firstcome.coupon_life VALUES (7, 1, 1, false, NULL, '')");
  for (const char* damage : {"state = 5", "state = 0", "accepted = 'used order-1'"}) {
    must(session, std::string("UPDATE firstcome.coupon_life SET ") + damage);
    EXPECT_THAT(what(), HasSubstr("coupon_life for key (7, 1)")) << damage;
    must(session, "UPDATE firstcome.coupon_life SET state = 1, accepted = ''");
  }
  must(session,
       "INSERT INTO firstcome.coupon_change VALUES (7, 1, 1, 4, 0, now(), 6, 'order-1', NULL, '', '')");
  EXPECT_THAT(what(), HasSubstr("coupon_change for key (7, 1, 1, 4)"));
  must(session, "UPDATE firstcome.coupon_change SET command = 5");
  EXPECT_EQ(what(), "it was scanned");
}

TEST_F(PostgresStoreTest, TimesAreReadableAndExactInSql) {
  const auto store = filled();
  BatchMaker maker(0, 5);
  store::Batch batch = maker.issue(kSeven, 1, UserId{1});
  batch.coupons.front().issued_at = *parse_rfc3339("2026-11-23T14:00:00.123Z");
  batch.policies.front().issue_starts_at = *parse_rfc3339("0001-01-01T00:00:00Z");
  batch.policies.front().issue_ends_at = *parse_rfc3339("9999-12-31T23:59:59.999Z");
  ASSERT_EQ(store->make_writer().value()->save(batch).outcome, SaveOutcome::Saved);
  auto session = database_.session();
  EXPECT_EQ(
      number(session, "SELECT count(*) FROM firstcome.coupon WHERE issued_at = '2026-11-23 14:00:00.123Z'"),
      1);
  EXPECT_EQ(load(**store->make_reader()).policies, batch.policies);
  EXPECT_EQ(load(**store->make_reader()).coupons, batch.coupons);
}

TEST_F(PostgresStoreTest, ABatchCanHaveManyPoliciesAndChanges) {
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

TEST_F(PostgresStoreTest, AWriterHasASessionFromItsFirstCallToItsRest) {
  const auto store = filled();
  auto session = database_.session();
  const auto writers = [&] {
    return number(session,
                  "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                  "pid <> pg_backend_pid()");
  };
  const std::int64_t before = writers();
  const auto writer = std::move(*store->make_writer());
  EXPECT_EQ(writers(), before);
  EXPECT_TRUE(writer->position(0).ok());
  EXPECT_EQ(writers(), before + 1);
  writer->rest();
  while (writers() > before) std::this_thread::yield();  // the server detects it a moment later
  EXPECT_TRUE(writer->position(0).ok());
}

TEST_F(PostgresStoreTest, ANewEraBeginsWithTheStateOfThePreviousOneAndSavesOfThePreviousOneMiss) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  BatchMaker maker(0, 5);
  store::Batch first = maker.issue(kSeven, 3, UserId{1});
  first.after.state.origin_marks = {{1, 40}};
  ASSERT_EQ(writer->save(first).outcome, SaveOutcome::Saved);
  const auto last = store->begin_era({.era = 2,
                                      .journal_identity = "another journal",
                                      .partitions = 2,
                                      .rehash = [](const auto&, const auto& after) {
                                        EXPECT_TRUE(after.origin_marks.empty())
                                            << "origin marks are offsets of the old journal";
                                        return std::uint64_t{77};
                                      }});
  ASSERT_TRUE(last.ok()) << last.error().text();
  EXPECT_EQ(last->at(0).next_offset, 3);
  EXPECT_EQ(settings(*store).era, 2);
  EXPECT_EQ(settings(*store).journal_identity, "another journal");
  const auto missed = writer->save(maker.issue(kSeven, 1, UserId{9}));
  ASSERT_EQ(missed.outcome, SaveOutcome::Moved);
  EXPECT_EQ(missed.position->era, 2);
  EXPECT_EQ(missed.position->next_offset, 0);
  EXPECT_FALSE(missed.position->has_checksum);
  EXPECT_EQ(missed.position->state.state_hash, 77u);
  EXPECT_EQ(missed.position->state.clock, first.after.state.clock);

  store::Batch again;
  again.hash_before = 77;
  again.codes = {static_cast<std::uint8_t>(Code::SoldOut)};
  again.after = *missed.position;
  again.after.next_offset = 1;
  EXPECT_EQ(writer->save(again).outcome, SaveOutcome::Saved);
  const auto reader = std::move(*store->make_reader());
  EXPECT_EQ(**reader->code_at(1, 0, 2), Code::Success);
  EXPECT_FALSE(reader->code_at(1, 0, 3)->has_value());
  EXPECT_EQ(**reader->code_at(2, 0, 0), Code::SoldOut);
  EXPECT_EQ(load(*reader).coupons.size(), 3u);
}

TEST_F(PostgresStoreTest, ANewEraDropsPartitionsThatTheNewJournalDoesNotHave) {
  const auto store = filled();
  ASSERT_TRUE(store->add_partitions(2, {8}).ok());
  const auto last = store->begin_era({.era = 2,
                                      .journal_identity = "another journal",
                                      .partitions = 2,
                                      .rehash = [](const auto&, const auto&) { return std::uint64_t{1}; }});
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last->size(), 3u);
  EXPECT_EQ(store->make_reader().value()->positions()->size(), 2u);
}

TEST_F(PostgresStoreTest, AResetEmptiesOnePartitionAndDoesNotChangeTheOthers) {
  const auto store = filled();
  const auto writer = std::move(*store->make_writer());
  const PolicyId at_home = policy_at_home(0), elsewhere = policy_at_home(1);
  BatchMaker zero(0, 5), one(1, 6);
  store::Batch batch = zero.issue(at_home, 3, UserId{1});
  batch.changes.push_back(a_change(at_home, 1, 0));
  batch.lives.push_back(a_used_coupon(at_home, 1, "order-1"));
  batch.coupon_changes.push_back(a_use(at_home, 1, "order-1", 2));
  batch.listed = a_list(at_home, 2, UserId{1}, 1, 0);
  batch.imported_codes = some_codes(at_home, 2, 1, 0);
  ASSERT_EQ(writer->save(batch).outcome, SaveOutcome::Saved);
  store::Batch other = one.issue(elsewhere, 2, UserId{1});
  other.lives.push_back(a_used_coupon(elsewhere, 1, "order-1"));
  other.coupon_changes.push_back(a_use(elsewhere, 1, "order-1", 1));
  other.listed = a_list(elsewhere, 1, UserId{1}, 1, 0);
  other.imported_codes = some_codes(elsewhere, 1, 1, 0);
  ASSERT_EQ(writer->save(other).outcome, SaveOutcome::Saved);
  auto session = database_.session();
  must(session, "INSERT INTO firstcome.coupon_life VALUES (" +
                    std::to_string(policy_at_home(0, at_home).value) + ", 1, 3, false, NULL, '')");
  ASSERT_TRUE(writer->halt(0, "a reason").ok());
  PartitionState empty;
  empty.state_hash = 5;
  const Status reset = store->reset_partition(0, 2, empty);
  ASSERT_TRUE(reset.ok()) << reset.error().text();

  const auto reader = std::move(*store->make_reader());
  const Rows left = scan(*reader);
  EXPECT_THAT(left.policies, ElementsAre(Field(&Policy::id, elsewhere)));
  EXPECT_EQ(left.coupons.size(), 2u);
  EXPECT_EQ(left.changes.size(), 0u);
  EXPECT_EQ(left.lives, other.lives) << "also the life of a coupon without a policy is removed";
  ASSERT_EQ(left.coupon_changes.size(), 1u);
  EXPECT_EQ(left.coupon_changes[0].change, other.coupon_changes[0]);
  ASSERT_EQ(left.listed.size(), 1u);
  EXPECT_EQ(left.listed[0].listed, other.listed[0]);
  ASSERT_EQ(left.imported_codes.size(), 1u);
  EXPECT_EQ(left.imported_codes[0].code, other.imported_codes[0]);
  EXPECT_THAT(left.batches, ElementsAre(Field(&store::BatchRow::partition, 1)));
  EXPECT_EQ(left.positions.at(0).next_offset, 0);
  EXPECT_EQ(left.positions.at(0).halted_reason, "");
  EXPECT_TRUE(same(left.positions.at(1), one.position()));
  EXPECT_EQ(writer->save(batch).outcome, SaveOutcome::Saved) << "a node decides the journal again";
  EXPECT_THAT(store->reset_partition(7, 2, empty).error().text(), HasSubstr("partition 7"));
}

// --- rights

TEST_F(PostgresStoreTest, WithTheGrantsAnEdgeOnlyReadsAndAnIssuerSaves) {
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
  store::Batch use = maker.issue(kSeven, 2, UserId{3});
  use.lives.push_back(a_used_coupon(kSeven, 1, "order-1"));
  use.coupon_changes.push_back(a_use(kSeven, 1, "order-1", 3));
  use.listed = a_list(kSeven, 2, UserId{1}, 1, 3);
  use.imported_codes = some_codes(kSeven, 2, 1, 3);
  ASSERT_EQ(saving->save(use).outcome, SaveOutcome::Saved);
  store::Batch restored = maker.issue(kSeven, 1, UserId{5});
  restored.lives.push_back(a_used_coupon(kSeven, 1, "order-1"));
  restored.lives.back().state = CouponState::Issued;
  ASSERT_EQ(saving->save(restored).outcome, SaveOutcome::Saved);
  EXPECT_TRUE(saving->halt(1, "a reason").ok());
  EXPECT_TRUE(saving->unhalt(1).ok());

  EXPECT_TRUE(issuer->check_may_save().ok());
  must(session, "REVOKE UPDATE ON firstcome.coupon_policy FROM an_issuer");
  EXPECT_THAT(issuer->check_may_save().error().text(), HasSubstr("an_issuer may not UPDATE coupon_policy"));
  must(session, "GRANT UPDATE ON firstcome.coupon_policy TO an_issuer");

  const auto edge = open_at(as_edge);
  EXPECT_THAT(edge->check_may_save().error().text(),
              AllOf(HasSubstr("an_edge may not INSERT coupon,"), HasSubstr("INSERT event_position"),
                    HasSubstr("grants.sql")));
  const auto reader = std::move(*edge->make_reader());
  EXPECT_EQ(reader->settings()->partitions, 2);
  EXPECT_EQ(load(*reader).coupons.size(), 5u);
  EXPECT_EQ(load(*reader).lives.size(), 1u);
  EXPECT_EQ(load(*reader).listed.size(), 2u);
  EXPECT_EQ(load(*reader).imported_codes.size(), 2u);
  EXPECT_EQ(scan(*reader).changes.size(), 1u);
  EXPECT_TRUE(reader->find_coupon(kSeven, UserId{1}, 1, {1, 100})->has_value());
  EXPECT_EQ(reader->user_coupons(UserId{1}, std::nullopt, {}, 10)->coupons.size(), 1u);
  EXPECT_EQ(reader->coupon_changes(kSeven, 1)->size(), 1u);
  EXPECT_EQ(**reader->code_at(1, 0, 0), Code::Success);
  EXPECT_EQ(reader->policy_changes(kSeven, 10)->size(), 1u);
  const auto writing = std::move(*edge->make_writer());
  const auto refused = writing->save(maker.issue(kSeven, 1, UserId{19}));
  EXPECT_EQ(refused.outcome, SaveOutcome::Failed);
  EXPECT_FALSE(refused.error.is_retryable());
  EXPECT_THAT(refused.error.message, AllOf(HasSubstr("permission denied"), HasSubstr("grants.sql")));
  EXPECT_FALSE(writing->halt(0, "a reason").ok());

  for (const char* mischief :
       {"UPDATE coupon SET user_id = 1", "DELETE FROM coupon", "TRUNCATE coupon", "DELETE FROM coupon_life",
        "UPDATE coupon_change SET who = ''", "DELETE FROM coupon_change", "UPDATE setting SET value = ''",
        "UPDATE eligible_user SET user_id = 1", "DELETE FROM eligible_user",
        "UPDATE coupon_code SET code = 'A'", "DELETE FROM coupon_code", "DROP TABLE coupon"}) {
    for (const auto& address : {as_edge, as_issuer}) {
      postgres::DatabaseConnection role(*postgres::Address::parse(address), {}, {});
      ASSERT_TRUE(role.ensure().ok());
      EXPECT_FALSE(role.execute(mischief).ok()) << mischief;
    }
  }
  must(session, "DROP OWNED BY an_edge, an_issuer");
  must(session, "DROP ROLE an_edge, an_issuer");
}

}  // namespace
}  // namespace firstcome::test
