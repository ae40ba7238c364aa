#include "node/read_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "node/node_data.h"
#include "test/contract/temporary_folder.h"

namespace firstcome::node {
namespace {

using testing::HasSubstr;

class ReadDataTest : public testing::Test {
 protected:
  std::string why_not(const std::string& folder) {
    const auto read = read_data(Folder{folder});
    return read.ok() ? "it was read" : read.error().message;
  }
  test::TemporaryFolder folder_;
  const std::string data_ = folder_.file("data");
};

TEST_F(ReadDataTest, ReadsDataThatAServerHasOpenAndCreatesNothing) {
  const auto open = open_folder({data_}, {.partitions = 5});
  ASSERT_TRUE(open.ok());
  const auto files = [&] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(data_)) ++count;
    return count;
  };
  const std::size_t before = files();
  const auto read = read_data(Folder{data_});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->settings.partitions, 5);
  EXPECT_EQ(read->journal->identity(), open->journal->identity());
  EXPECT_TRUE(read->undisturbed().ok());
  EXPECT_EQ(files(), before);
}

TEST_F(ReadDataTest, DetectsAServerThatStartsMeanwhile) {
  { ASSERT_TRUE(open_folder({data_}, {.partitions = 3}).ok()); }
  const auto read = read_data(Folder{data_});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read->undisturbed().ok());
  const auto server = open_folder({data_}, {.partitions = 3});
  ASSERT_FALSE(read->undisturbed().ok());
  EXPECT_TRUE(read->undisturbed().error().is_retryable());
}

TEST_F(ReadDataTest, RefusesWhatIsNoDataFolder) {
  EXPECT_THAT(why_not(data_), HasSubstr("no such folder"));
  std::filesystem::create_directory(data_);
  EXPECT_THAT(why_not(data_), HasSubstr("holds no data of firstcome"));
  std::ofstream(folder_.file("file")) << "x";
  EXPECT_THAT(why_not(folder_.file("file")), HasSubstr("is a file, and --data names a folder"));
  EXPECT_TRUE(std::filesystem::is_empty(data_));
}

TEST_F(ReadDataTest, RefusesAJournalWithoutItsStore) {
  { ASSERT_TRUE(open_folder({data_}, {.partitions = 3}).ok()); }
  std::filesystem::remove(data_ + "/store.sqlite");
  EXPECT_THAT(why_not(data_), HasSubstr("holds no store.sqlite"));
}

}  // namespace
}  // namespace firstcome::node
