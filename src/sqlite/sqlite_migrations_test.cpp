#include "sqlite/sqlite_migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace firstcome::sqlite {
namespace {

using testing::HasSubstr;

class MigrationsTest : public testing::Test {
 protected:
  std::int64_t integer(const char* sql) { return **database_.integer(sql); }

  Database database_ = std::move(*Database::open(":memory:", Access::Create, milliseconds{0}));
  std::vector<Migration> migrations_ = {
      {1, "first", "CREATE TABLE a(x INTEGER); INSERT INTO a VALUES (1)"},
      {2, "second", "UPDATE a SET x = x + 10"},
  };
};

TEST_F(MigrationsTest, AreAppliedOnceAndInOrder) {
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  EXPECT_EQ(integer("SELECT x FROM a"), 11);
  EXPECT_EQ(integer("SELECT max(version) FROM schema_history"), 2);
}

TEST_F(MigrationsTest, ANewMigrationIsAppliedToAnOlderFile) {
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  migrations_.push_back({3, "third", "UPDATE a SET x = x * 2"});
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  EXPECT_EQ(integer("SELECT x FROM a"), 22);
}

TEST_F(MigrationsTest, IfOneFailsNoneIsApplied) {
  migrations_.push_back({3, "third", "UPDATE nothing SET x = 1"});
  ASSERT_FALSE(migrate(database_, migrations_).ok());
  EXPECT_EQ(integer("SELECT count(*) FROM sqlite_schema"), 0);
}

TEST_F(MigrationsTest, AFileOfANewerProgramIsRefused) {
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  migrations_.pop_back();
  const Status refused = migrate(database_, migrations_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("version 2, but this program supports up to 1"));
}

TEST_F(MigrationsTest, AChangedMigrationIsRefused) {
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  migrations_[1].sql = "UPDATE a SET x = x + 11";
  const Status refused = migrate(database_, migrations_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("a different V2"));
}

TEST_F(MigrationsTest, TheCheckReportsAWrongFileAndChangesNothing) {
  EXPECT_THAT(check_migrated(database_, migrations_).error().message, HasSubstr("not a file of firstcome"));
  ASSERT_TRUE(migrate(database_, migrations_).ok());
  EXPECT_TRUE(check_migrated(database_, migrations_).ok());
  migrations_.push_back({3, "third", "UPDATE a SET x = x * 2"});
  EXPECT_THAT(check_migrated(database_, migrations_).error().message,
              HasSubstr("written by an older firstcome"));
  EXPECT_EQ(integer("SELECT x FROM a"), 11);
  migrations_.resize(1);
  EXPECT_THAT(check_migrated(database_, migrations_).error().message, HasSubstr("newer firstcome"));
}

}  // namespace
}  // namespace firstcome::sqlite
