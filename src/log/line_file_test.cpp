#include "log/line_file.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "test/contract/temporary_folder.h"

namespace firstcome::log {
namespace {

namespace fs = std::filesystem;

class LineFiles : public testing::Test {
 protected:
  static std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static void wait_for(const fs::path& path, const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (text_of(path) != text && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(text_of(path), text);
  }

  test::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path();
  const fs::path path_ = folder_ / "access.log";
};

TEST_F(LineFiles, LinesAreAppendedToAPrivateFile) {
  {
    auto file = LineFile::open(path_);
    ASSERT_TRUE(file);
    (*file)->append("a\nb\n", 2);
    (*file)->append("c\n", 1);
  }
  EXPECT_EQ(text_of(path_), "a\nb\nc\n") << "all of them, at the end";
  struct stat seen {};
  ASSERT_EQ(stat(path_.c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600u);
  auto again = LineFile::open(path_);
  (*again)->append("d\n", 1);
  wait_for(path_, "a\nb\nc\nd\n");
}

TEST_F(LineFiles, ARenamedFileIsFollowedByANewOne) {
  auto file = LineFile::open(path_);
  (*file)->append("a\n", 1);
  wait_for(path_, "a\n");
  fs::rename(path_, folder_ / "access.log.1");
  (*file)->reopen();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!fs::exists(path_) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  (*file)->append("b\n", 1);
  wait_for(path_, "b\n");
  EXPECT_EQ(text_of(folder_ / "access.log.1"), "a\n");
  fs::remove(path_);
  while (!fs::exists(path_) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_TRUE(fs::exists(path_)) << "without reopen(): within a second";
  EXPECT_EQ((*file)->dropped(), 0u);
}

TEST_F(LineFiles, LinesThatCannotBeWrittenAreDroppedAndCounted) {
  auto file = LineFile::open("/dev/full");
  ASSERT_TRUE(file);
  (*file)->append("a\nb\n", 2);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*file)->dropped() < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ((*file)->dropped(), 2u);
  (*file)->append(std::string(LineFile::kWaitingMost + 1, 'x'), 7);
  EXPECT_GE((*file)->dropped(), 9u) << "more than may wait";
}

TEST_F(LineFiles, APipeGetsItsLinesWhenAReaderComes) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  std::string expected;
  auto file = LineFile::open(path_);
  ASSERT_TRUE(file);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = fmt::format("line {}\n", i);
    (*file)->append(line, 1);
    expected += line;
  }
  std::ifstream reader(path_);
  std::string text(expected.size(), ' ');
  reader.read(text.data(), static_cast<std::streamsize>(text.size()));
  EXPECT_TRUE(text == expected) << "in order, none cut";
  EXPECT_EQ((*file)->dropped(), 0u);
}

TEST_F(LineFiles, APipeWithoutAReaderDelaysNeitherTheStartNorTheEnd) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  auto file = LineFile::open(path_);
  ASSERT_TRUE(file);
  for (int i = 0; i < 1'000; ++i) (*file)->append(std::string(1'023, 'x') + '\n', 1);
  file->reset();  // returns
}

TEST_F(LineFiles, AFileThatCannotBeOpenedIsAnError) {
  const auto file = LineFile::open((folder_ / "missing" / "access.log").string());
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace firstcome::log
