#include "postgres_store_test.h"

#include <thread>

namespace firstcome::test {
namespace {

using store::SaveOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr PolicyId kSeven{7};

TEST_F(PostgresStoreTest, DataIsCreatedOnceAndRemains) {
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

TEST_F(PostgresStoreTest, AfterARestoreTicketsFromThePositionsOnBelongToANewIncarnation) {
  EXPECT_FALSE(open()->begin_incarnation().ok()) << "the store is empty";
  const auto store = filled();
  const Incarnations before = settings(*store).incarnations;
  BatchMaker maker(0, 5);
  ASSERT_EQ((*store->make_writer())->save(maker.issue(kSeven, 2, UserId{1})).outcome, SaveOutcome::Saved);
  const Offset next = store->make_reader().value()->positions()->at(0).next_offset;
  ASSERT_GT(next, 0);
  const auto begun = store->begin_incarnation();
  ASSERT_TRUE(begun.ok()) << begun.error().text();
  const Incarnations after = settings(*store).incarnations;
  EXPECT_NE(before.at(1, 0, 0), 0u);
  EXPECT_EQ(after.at(1, 0, next - 1), before.at(1, 0, 0));
  EXPECT_NE(after.at(1, 0, next), before.at(1, 0, next));
  EXPECT_EQ(after.size(), 2u);
}

TEST_F(PostgresStoreTest, OneOfSeveralConcurrentCreatorsFillsTheStore) {
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

TEST_F(PostgresStoreTest, TheErrorForAnEmptyStoreExplainsWhoFillsIt) {
  const auto read = open()->make_reader().value()->settings();
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().text(), HasSubstr("the store is empty: the first issuer"));
}

TEST_F(PostgresStoreTest, TheErrorForADatabaseWithoutTablesNamesTheCommandThatCreatesThem) {
  const std::string address = server_.address(server_.make_database());
  EXPECT_THAT(why(address), AllOf(HasSubstr("no tables of firstcome"), HasSubstr("firstcome store migrate")));
  EXPECT_GT(*store::migrate_postgres_store(address), 0u);
  EXPECT_EQ(*store::migrate_postgres_store(address), 0u);
  EXPECT_EQ(why(address), "it was opened");
}

TEST_F(PostgresStoreTest, GrantsGiveTheRightsOfTheScriptToRolesWithAnyName) {
  const std::string name = server_.make_database();
  const std::string address = server_.address(name);
  ASSERT_TRUE(store::migrate_postgres_store(address).ok());
  auto session = server_.session(name);
  must(
      session,
      R"(CREATE ROLE plain_edge; CREATE ROLE plain_issuer; CREATE ROLE "Edge :""2"; CREATE ROLE "issuer-2")");
  ASSERT_EQ(server_.run_file(name, FIRSTCOME_SQL "/postgres/grants.sql",
                             {"edge=plain_edge", "issuer=plain_issuer"}),
            "");
  for (int repeat = 0; repeat < 2; ++repeat) {
    const Status granted = store::grant_postgres_rights(address, "Edge :\"2", "issuer-2");
    ASSERT_TRUE(granted.ok()) << granted.error().text();
  }
  const auto different = session.query(R"(
    SELECT coalesce(a.what, b.what) FROM
      (SELECT grantee LIKE '%issuer' AS issuer, table_name || ' ' || privilege_type AS what
         FROM information_schema.table_privileges WHERE grantee IN ('plain_edge', 'plain_issuer')) AS a
      FULL JOIN
      (SELECT grantee LIKE 'issuer%' AS issuer, table_name || ' ' || privilege_type AS what
         FROM information_schema.table_privileges WHERE grantee IN ('Edge :"2', 'issuer-2')) AS b
      USING (issuer, what)
     WHERE a.what IS NULL OR b.what IS NULL)");
  ASSERT_TRUE(different.ok()) << different.error().text();
  EXPECT_EQ(different->size(), 0);
  const auto usage = session.query("SELECT 1 WHERE has_schema_privilege('issuer-2', 'firstcome', 'USAGE')");
  EXPECT_EQ(usage->size(), 1);
  must(session, R"(DROP OWNED BY plain_edge, plain_issuer, "Edge :""2", "issuer-2")");
  must(session, R"(DROP ROLE plain_edge, plain_issuer, "Edge :""2", "issuer-2")");
}

TEST_F(PostgresStoreTest, GrantsToARoleThatDoesNotExistNameIt) {
  const std::string address = server_.address(server_.make_database());
  ASSERT_TRUE(store::migrate_postgres_store(address).ok());
  EXPECT_THAT(store::grant_postgres_rights(address, "no_edge", "no_issuer").error().text(),
              HasSubstr("no_edge"));
}

TEST_F(PostgresStoreTest, OneOfSeveralConcurrentMigrationsApplies) {
  const std::string address = server_.address(server_.make_database());
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto result = store::migrate_postgres_store(address);
      ASSERT_TRUE(result.ok()) << result.error().text();
      applied += *result > 0 ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 1);
}

TEST_F(PostgresStoreTest, TablesOfANewerVersionAreRefusedAndNotChanged) {
  const std::string name = server_.make_database();
  ASSERT_TRUE(store::migrate_postgres_store(server_.address(name)).ok());
  auto session = server_.session(name);
  must(session, "INSERT INTO firstcome.schema_history VALUES (99, 'later', 0)");
  EXPECT_THAT(why(server_.address(name)), AllOf(HasSubstr("version 99"), HasSubstr("newer firstcome")));
  EXPECT_THAT(store::migrate_postgres_store(server_.address(name)).error().text(),
              HasSubstr("newer firstcome"));
}

TEST_F(PostgresStoreTest, DifferentTablesAreRefused) {
  const std::string name = server_.make_database();
  ASSERT_TRUE(store::migrate_postgres_store(server_.address(name)).ok());
  auto session = server_.session(name);
  must(session, "UPDATE firstcome.schema_history SET checksum = 1");
  EXPECT_THAT(why(server_.address(name)),
              AllOf(HasSubstr("a different V1"), HasSubstr("before the first release")));
}

TEST_F(PostgresStoreTest, ADatabaseWithAnotherEncodingThanUtf8IsRefused) {
  auto session = server_.session("postgres");
  must(session, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  const auto refused = store::migrate_postgres_store(server_.address("latin"));
  EXPECT_THAT(refused.error().text(), AllOf(HasSubstr("LATIN1"), HasSubstr("ENCODING 'UTF8'")));
}

TEST_F(PostgresStoreTest, APasswordInTheAddressIsRejectedWithoutRepeatingIt) {
  for (const char* address : {"postgresql://me:hunter2@127.0.0.1/db", "host=127.0.0.1 password=hunter2",
                              "postgresql://me:hunter2@127.0.0.1:x/db?y=z"}) {
    EXPECT_THAT(why(address), AllOf(HasSubstr("address"), Not(HasSubstr("hunter2")))) << address;
  }
}

TEST_F(PostgresStoreTest, TheErrorForAMissingServerHasHostAndDatabaseAndIsRetryable) {
  const auto refused = store::open_postgres_store("postgresql://me@127.0.0.1:1/shop");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is_retryable());
  EXPECT_THAT(refused.error().text(), AllOf(HasSubstr("127.0.0.1:1/shop"), HasSubstr("refused")));
}

TEST_F(PostgresStoreTest, TheFirstReachableHostIsUsedAndWithoutOneTheErrorListsAll) {
  const std::string port = std::to_string(server_.port());
  EXPECT_EQ(why("host=127.0.0.1,127.0.0.1 port=1," + port + " user=owner dbname=" + database_.name()),
            "it was opened");
  EXPECT_THAT(why("host=127.0.0.1,127.0.0.1 port=1,2 user=owner dbname=x"),
              AllOf(HasSubstr("port 1 failed: Connection refused; "),
                    HasSubstr("port 2 failed: Connection refused")));
}

}  // namespace
}  // namespace firstcome::test
