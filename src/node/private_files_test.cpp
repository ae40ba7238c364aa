#include "node/private_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "node/folder_access.h"
#include "test/contract/temporary_folder.h"

namespace firstcome::node {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const Status& status) { return status.ok() ? "" : status.error().text(); }

class PrivateFiles : public testing::Test {
 protected:
  std::string make(const std::string& name, mode_t mode) {
    const std::string path = folder_.file(name);
    std::ofstream(path) << "content";
    chmod(path.c_str(), mode);
    return path;
  }
  test::TemporaryFolder folder_;
};

TEST_F(PrivateFiles, ASecretThatGroupOrOthersMayUseIsRefusedWithTheChmodThatClosesIt) {
  EXPECT_EQ(error_of(check_private_file(make("key", 0600))), "");
  EXPECT_EQ(error_of(check_private_file(make("key", 0400))), "");
  EXPECT_EQ(error_of(check_private_file(folder_.file("missing"))), "") << "reading it is the error";
  for (const mode_t open : {0644, 0640, 0604, 0620, 0602, 0610}) {
    const std::string path = make("key", open);
    const std::string error = error_of(check_private_file(path));
    EXPECT_THAT(error, HasSubstr(fmt::format("(mode {:04o})", open)));
    EXPECT_THAT(error, HasSubstr("Run: chmod go= " + path)) << open;
  }
}

TEST_F(PrivateFiles, ThePathInTheChmodIsOneWordOfTheShell) {
  const std::string path = make("the shop's key", 0644);
  EXPECT_THAT(error_of(check_private_file(path)),
              HasSubstr(fmt::format("chmod go= '{}'", folder_.file("the shop'\\''s key"))));
}

TEST_F(PrivateFiles, AServerRefusesAnOpenFolderAndEachOpenFileOfJournalAndStore) {
  const std::string folder = folder_.path().string();
  EXPECT_EQ(error_of(check_access(folder, Access::Write)), "") << "mkdtemp makes it 0700";
  for (const mode_t open : {0755, 0750, 0710, 0701, 0770}) {
    chmod(folder.c_str(), open);
    EXPECT_THAT(
        error_of(check_access(folder, Access::Write)),
        AllOf(HasSubstr("Specify a folder that does not exist yet"), HasSubstr("run: chmod go= " + folder)))
        << open;
    EXPECT_EQ(error_of(check_access(folder, Access::Read)), "") << "reading exposes nothing new";
  }
  chmod(folder.c_str(), 0700);
  for (const char* name : {"journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm",
                           "journal.sqlite.lock", "store.sqlite", "store.sqlite-wal", "store.sqlite-shm"}) {
    const std::string path = make(name, 0640);
    const std::string error = error_of(check_access(folder, Access::Write));
    EXPECT_THAT(error, HasSubstr(path + ": other users of this machine may use this file (mode 0640)"));
    EXPECT_THAT(error, testing::EndsWith("Run: chmod go= " + path));
    chmod(path.c_str(), 0600);
    EXPECT_EQ(error_of(check_access(folder, Access::Write)), "");
  }
}

TEST_F(PrivateFiles, OneChmodClosesEverythingThatIsOpen) {
  const std::string folder = folder_.path().string();
  const std::string journal = make("journal.sqlite", 0644);
  make("store.sqlite", 0600);
  const std::string log = make("store.sqlite-wal", 0644);
  chmod(folder.c_str(), 0755);
  EXPECT_THAT(error_of(check_access(folder, Access::Write)),
              testing::EndsWith(fmt::format("Run: chmod go= {} {} {}", folder, journal, log)));
}

TEST_F(PrivateFiles, AFolderOrDeviceIsNoSecretFile) {
  chmod(folder_.path().c_str(), 0755);
  EXPECT_EQ(error_of(check_private_file(folder_.path().string())), "");
  EXPECT_EQ(error_of(check_private_file("/dev/null")), "");
}

}  // namespace
}  // namespace firstcome::node
