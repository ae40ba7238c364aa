#include "files/secret_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "test/contract/temporary_folder.h"

namespace firstcome::files {
namespace {

using testing::HasSubstr;

class SecretFile : public testing::Test {
 protected:
  Result<std::string> read(std::string_view content) {
    const std::string path = folder_.file("key");
    std::ofstream(path) << content;
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return read_secret_file(path);
  }
  test::TemporaryFolder folder_;
};

TEST_F(SecretFile, IsTheFirstLineWithAnyLineEnding) {
  for (const char* content :
       {"0123456789abcdef", "0123456789abcdef\n", "0123456789abcdef\r\n", "0123456789abcdef\nmore",
        "\xef\xbb\xbf"
        "0123456789abcdef\r\n"}) {
    const auto key = read(content);
    ASSERT_TRUE(key) << content;
    EXPECT_EQ(*key, "0123456789abcdef");
  }
}

TEST_F(SecretFile, IsRefusedIfHttpWouldChangeIt) {
  for (const char* content :
       {" 0123456789abcdef", "0123456789abcdef ", "0123456789 abcdef", "0123456789abcdef\t",
        "\x01"
        "0123456789abcdef"}) {
    const auto key = read(content);
    ASSERT_FALSE(key) << content;
    EXPECT_THAT(key.error().message, HasSubstr("contains a space or control character"));
    EXPECT_THAT(key.error().message, testing::Not(HasSubstr("0123456789"))) << "a secret";
  }
}

TEST_F(SecretFile, IsRefusedIfOtherUsersMayUseIt) {
  ASSERT_TRUE(read("0123456789abcdef"));
  const std::string path = folder_.file("key");
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  const auto key = read_secret_file(path);
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().text(), HasSubstr("(mode 0640)"));
  EXPECT_THAT(key.error().text(), HasSubstr("chmod go= " + path));
}

TEST_F(SecretFile, IsRefusedIfItIsShortOrNotAFile) {
  for (const char* content : {"", "\n", "0123456789abcde"}) {
    const auto key = read(content);
    ASSERT_FALSE(key) << content;
    EXPECT_THAT(key.error().message, HasSubstr("at least 16 characters"));
  }
  const auto folder = read_secret_file(folder_.path().string());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("cannot read"));
}

}  // namespace
}  // namespace firstcome::files
