#include "files/private_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "test/contract/temporary_folder.h"

namespace firstcome::files {
namespace {

using testing::HasSubstr;

std::string error_of(const Status& status) { return status.ok() ? "" : status.error().text(); }

class PrivateFiles : public testing::Test {
 protected:
  std::string make(const std::string& name, mode_t mode) { return folder_.make(name, mode); }
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

TEST_F(PrivateFiles, AFolderOrDeviceIsNoSecretFile) {
  chmod(folder_.path().c_str(), 0755);
  EXPECT_EQ(error_of(check_private_file(folder_.path().string())), "");
  EXPECT_EQ(error_of(check_private_file("/dev/null")), "");
}

}  // namespace
}  // namespace firstcome::files
