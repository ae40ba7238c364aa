#include "cli/user_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace firstcome::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UserListTest : public testing::Test {
 protected:
  UserListTest() {
    const int file = mkstemp(path_.data());
    EXPECT_GE(file, 0);
    close(file);
  }
  ~UserListTest() override { unlink(path_.c_str()); }

  UserList of(std::string_view text) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    return UserList(path_);
  }
  /// "line:user" of each user.
  std::vector<std::string> users(std::string_view text) {
    std::vector<std::string> users;
    const Status read = of(text).read([&](const UserList::User& user) -> Status {
      users.push_back(std::to_string(user.line) + ":" + std::to_string(user.id.value));
      return Done{};
    });
    EXPECT_TRUE(read.ok());
    return users;
  }
  std::string path_ = testing::TempDir() + "user_list_XXXXXX";
};

TEST_F(UserListTest, ReadsOneIdALine) {
  EXPECT_THAT(users("42\n9223372036854775807\n"), ElementsAre("1:42", "2:9223372036854775807"));
  EXPECT_THAT(users("42\n43"), ElementsAre("1:42", "2:43")) << "without a line break at the end";
  EXPECT_THAT(users(""), IsEmpty());
}

TEST_F(UserListTest, AllowsWhatSpreadsheetsWrite) {
  EXPECT_THAT(users("\xef\xbb\xbfuser_id\r\n42\r\n\r\n \"43\" \r\n"), ElementsAre("2:42", "4:43"));
  EXPECT_THAT(users("\"User id\"\n42\n"), ElementsAre("2:42"));
  EXPECT_THAT(users("\xef\xbb\xbf"
                    "42\n"),
              ElementsAre("1:42"));
}

TEST_F(UserListTest, NamesTheLinesThatAreNoIds) {
  const auto survey =
      of("user\n42\n4x2\n0\n43,44\n9223372036854775808\n" + std::string(100'000, '7') + "\n5\n").survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(survey->users, 2);
  EXPECT_EQ(survey->problems.count, 5);
  EXPECT_THAT(survey->problems.named,
              ElementsAre(HasSubstr("line 3: '4x2'"), HasSubstr("line 4: '0'"), HasSubstr("line 5: '43,44'"),
                          HasSubstr("line 6"), HasSubstr("line 7: '777")));
  EXPECT_LT(survey->problems.named.back().size(), 300U);
}

TEST_F(UserListTest, AHeaderIsOnlyTheFirstLine) { EXPECT_EQ(of("user\nuser\n").survey()->problems.count, 1); }

TEST_F(UserListTest, NamesTheLinesOfDuplicates) {
  const auto survey = of("42\n43\n42\n44\n43\n42\n").survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(survey->problems.count, 3);
  EXPECT_THAT(survey->problems.named, ElementsAre(HasSubstr("line 3: user 42 is already in line 1"),
                                                  HasSubstr("line 5: user 43 is already in line 2"),
                                                  HasSubstr("line 6: user 42 is already in line 1")));
}

TEST_F(UserListTest, NamesOnlyTheFirstProblems) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "x\n";
  const auto survey = of("1\n" + text).survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(survey->problems.count, 1'000);
  const auto lines = describe(survey->problems);
  EXPECT_EQ(lines.size(), FileProblems::kNamed + 1);
  EXPECT_EQ(lines.back(), "and 980 lines more");
}

TEST_F(UserListTest, RefusesWhatIsNoRegularFile) {
  EXPECT_THAT(UserList(path_ + "/none").survey().error().message, HasSubstr("cannot read"));
  EXPECT_THAT(UserList("/dev/null").survey().error().message, HasSubstr("not a regular file"));
  EXPECT_FALSE(UserList(testing::TempDir()).survey().ok());
}

TEST_F(UserListTest, LinesAreFoundAcrossReads) {
  std::string text;
  for (int i = 1; i <= 50'000; ++i) text += std::to_string(i) + "\n";
  const auto survey = of(text).survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(survey->users, 50'000);
  EXPECT_EQ(survey->problems.count, 0);
  EXPECT_EQ(users(text).back(), "50000:50000");
}

}  // namespace
}  // namespace firstcome::cli
