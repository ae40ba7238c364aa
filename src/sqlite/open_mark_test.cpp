#include "sqlite/open_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace firstcome::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OpenMarkTest : public testing::Test {
 protected:
  OpenMarkTest() {
    std::string name = (fs::temp_directory_path() / "firstcome-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    auto database = open();
    EXPECT_TRUE(database.execute("PRAGMA journal_mode = WAL; CREATE TABLE a(x)").ok());
  }
  ~OpenMarkTest() override { fs::remove_all(folder_); }

  static Database open_at(const fs::path& path, Access access = Access::Create) {
    return std::move(*Database::open(path.string(), access, milliseconds{0}));
  }
  Database open() { return open_at(path()); }
  [[nodiscard]] fs::path path() const { return folder_ / "file"; }
  [[nodiscard]] fs::path log() const { return folder_ / "file-wal"; }
  [[nodiscard]] fs::path copy_without_log() const {
    fs::copy_file(path(), folder_ / "copy", fs::copy_options::overwrite_existing);
    return folder_ / "copy";
  }

  fs::path folder_;
};

TEST_F(OpenMarkTest, ACopyOfAnOpenFileWithoutItsLogIsRefusedAndNotChanged) {
  auto database = open();
  ASSERT_TRUE(mark_open(database).ok());
  ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)").ok());
  const fs::path copy = copy_without_log();
  const Status refused = check_log_exists(copy);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("copy-wal is missing"));
  EXPECT_FALSE(fs::exists(folder_ / "copy-wal"));
  EXPECT_FALSE(check_log_exists(copy).ok()) << "a second check has the same result";
}

TEST_F(OpenMarkTest, AnOpenFileWithItsLogIsAccepted) {
  auto database = open();
  ASSERT_TRUE(mark_open(database).ok());
  EXPECT_TRUE(fs::exists(log()));
  EXPECT_TRUE(check_log_exists(path()).ok());
}

TEST_F(OpenMarkTest, AClosedFileHasAllRowsAndNoLog) {
  {
    auto database = open();
    ASSERT_TRUE(mark_open(database).ok());
    ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)").ok());
    ASSERT_TRUE(close_completely(database).ok());
  }
  EXPECT_FALSE(fs::exists(log()));
  const fs::path copy = copy_without_log();
  EXPECT_TRUE(check_log_exists(copy).ok());
  EXPECT_EQ(**open_at(copy).integer("SELECT count(*) FROM a"), 1);
}

TEST_F(OpenMarkTest, AReaderThatClosesLastLeavesNoRowsInTheLog) {
  auto reader = open_at(path(), Access::ReadOnly);
  ASSERT_EQ(**reader.integer("SELECT count(*) FROM a"), 0);
  {
    auto database = open();
    ASSERT_TRUE(mark_open(database).ok());
    ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)").ok());
    ASSERT_TRUE(close_completely(database).ok());
  }
  EXPECT_EQ(**open_at(copy_without_log()).integer("SELECT count(*) FROM a"), 1);
}

TEST_F(OpenMarkTest, TheMarkAndTheLogRemainWhileAReaderHasATransaction) {
  auto database = open();
  ASSERT_TRUE(mark_open(database).ok());
  auto reader = open_at(path(), Access::ReadOnly);
  Transaction reading(reader);
  ASSERT_TRUE(reading.begin(Transaction::Kind::Read).ok());
  ASSERT_EQ(**reader.integer("SELECT count(*) FROM a"), 0);
  ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)").ok());
  const Status kept = close_completely(database);
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().message, HasSubstr("A copy needs both files"));
  EXPECT_FALSE(check_log_exists(copy_without_log()).ok());
}

TEST_F(OpenMarkTest, AReaderDoesNotChangeADamagedLog) {
  {
    auto database = open();
    ASSERT_TRUE(mark_open(database).ok());
    ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)").ok());
  }
  fs::resize_file(log(), 100);
  const auto size = fs::file_size(log());
  EXPECT_EQ(**open().integer("SELECT count(*) FROM a"), 0);
  EXPECT_EQ(fs::file_size(log()), size);
}

TEST_F(OpenMarkTest, LeaveAsFoundKeepsAClosedFileClosedAndAnOpenOneOpen) {
  {
    auto owner = open();
    ASSERT_TRUE(mark_open(owner).ok());
    ASSERT_TRUE(close_completely(owner).ok());
  }
  {
    auto visitor = open();
    ASSERT_TRUE(visitor.execute("INSERT INTO a VALUES (1)").ok());
    ASSERT_TRUE(leave_as_found(visitor).ok());
  }
  EXPECT_FALSE(fs::exists(log()));
  EXPECT_TRUE(check_log_exists(copy_without_log()).ok());
  {
    auto killed = open();
    ASSERT_TRUE(mark_open(killed).ok());
  }
  {
    auto visitor = open();
    ASSERT_TRUE(visitor.execute("INSERT INTO a VALUES (2)").ok());
    ASSERT_TRUE(leave_as_found(visitor).ok());
  }
  EXPECT_TRUE(fs::exists(log()));
  EXPECT_TRUE(check_log_exists(path()).ok());
}

}  // namespace
}  // namespace firstcome::sqlite
