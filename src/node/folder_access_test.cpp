#include "node/folder_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "test/contract/temporary_folder.h"

namespace firstcome::node {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const Status& status) { return status.ok() ? "" : status.error().text(); }

class FolderAccess : public testing::Test {
 protected:
  std::string make(const std::string& name, mode_t mode) { return folder_.make(name, mode); }
  test::TemporaryFolder folder_;
};

TEST_F(FolderAccess, AServerRefusesAnOpenFolderAndEachOpenFileOfJournalAndStore) {
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

TEST_F(FolderAccess, OneChmodClosesEverythingThatIsOpen) {
  const std::string folder = folder_.path().string();
  const std::string journal = make("journal.sqlite", 0644);
  make("store.sqlite", 0600);
  const std::string log = make("store.sqlite-wal", 0644);
  chmod(folder.c_str(), 0755);
  EXPECT_THAT(error_of(check_access(folder, Access::Write)),
              testing::EndsWith(fmt::format("Run: chmod go= {} {} {}", folder, journal, log)));
}

}  // namespace
}  // namespace firstcome::node
