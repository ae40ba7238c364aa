#include "files/file_watch.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

namespace firstcome::files {
namespace {

namespace fs = std::filesystem;

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "firstcome-watch-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    write("a", "1");
    write("b", "1");
    watch_.add({(folder_ / "a").string(), (folder_ / "b").string()}, [this] { count(pair_); });
    watch_.add({(folder_ / "other").string()}, [this] { count(other_); });
  }
  ~FileWatchTest() override {
    watch_.stop();
    fs::remove_all(folder_);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / (name + ".new")) << text;
    fs::rename(folder_ / (name + ".new"), folder_ / name);
  }
  void count(int& of) {
    const std::lock_guard lock(mutex_);
    ++of;
    counted_.notify_all();
  }
  bool reaches(const int& count, int wanted) {
    std::unique_lock lock(mutex_);
    return counted_.wait_for(lock, std::chrono::seconds{10}, [&] { return count >= wanted; });
  }

  fs::path folder_;
  std::mutex mutex_;
  std::condition_variable counted_;
  int pair_ = 0;
  int other_ = 0;
  FileWatch watch_{milliseconds{10}};
};

TEST_F(FileWatchTest, AChangeOfAnyFileOfAGroupIsReportedForThatGroup) {
  watch_.start();
  write("b", "1");  // the same bytes in another file
  EXPECT_TRUE(reaches(pair_, 1));
  EXPECT_EQ(other_, 0);
  fs::remove(folder_ / "a");
  EXPECT_TRUE(reaches(pair_, 2)) << "a file that is missing has changed";
  write("other", "1");
  EXPECT_TRUE(reaches(other_, 1)) << "a file that appears has changed";
}

TEST_F(FileWatchTest, FilesThatDoNotChangeAreNotReported) {
  write("a", "2");
  watch_.start();
  EXPECT_TRUE(reaches(pair_, 1)) << "between add() and start()";
  write("other", "2");
  EXPECT_TRUE(reaches(other_, 1)) << "later than a second report of the pair would be";
  EXPECT_EQ(pair_, 1);
}

TEST_F(FileWatchTest, AllGroupsAreReadAgainWhenThatIsRequested) {
  watch_.start();
  watch_.read_all_again();
  EXPECT_TRUE(reaches(pair_, 1));
  EXPECT_TRUE(reaches(other_, 1));
}

TEST_F(FileWatchTest, ALinkThatLeadsElsewhereHasChanged) {
  fs::create_directory(folder_ / "1");
  fs::create_directory(folder_ / "2");
  std::ofstream(folder_ / "1" / "key") << "x";
  std::ofstream(folder_ / "2" / "key") << "x";
  fs::create_directory_symlink("1", folder_ / "current");
  int changes = 0;
  FileWatch links(milliseconds{10});
  links.add({(folder_ / "current" / "key").string()}, [&] { count(changes); });
  links.start();
  fs::create_directory_symlink("2", folder_ / "next");
  fs::rename(folder_ / "next", folder_ / "current");  // as Kubernetes replaces a secret
  EXPECT_TRUE(reaches(changes, 1));
  links.stop();
}

}  // namespace
}  // namespace firstcome::files
