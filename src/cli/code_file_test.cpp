#include "cli/code_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace firstcome::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class CodeFileTest : public testing::Test {
 protected:
  CodeFileTest() {
    const int file = mkstemp(path_.data());
    EXPECT_GE(file, 0);
    close(file);
  }
  ~CodeFileTest() override { unlink(path_.c_str()); }

  CodeFile of(std::string_view text) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    return CodeFile(path_);
  }
  /// "line:code" of each code.
  std::vector<std::string> codes(std::string_view text) {
    std::vector<std::string> codes;
    const Status read = of(text).read([&](const CodeFile::Entry& entry) -> Status {
      codes.push_back(std::to_string(entry.line) + ":" + std::string(entry.code));
      return Done{};
    });
    EXPECT_TRUE(read.ok());
    return codes;
  }
  std::string path_ = testing::TempDir() + "code_file_XXXXXX";
};

TEST_F(CodeFileTest, ReadsOneCodeALine) {
  EXPECT_THAT(codes("A-1\nB~!\n"), ElementsAre("1:A-1", "2:B~!"));
  EXPECT_THAT(codes("\xef\xbb\xbf"
                    "Code\r\nA1\r\n\r\n \"B,2\"\"\" \r\n"),
              ElementsAre("2:A1", "4:B,2\""));
  EXPECT_THAT(codes("CODE7\n" + std::string(64, 'x')), ElementsAre("1:CODE7", "2:" + std::string(64, 'x')));
}

TEST_F(CodeFileTest, NamesTheLinesThatAreNoCodesWithoutTheirText) {
  const auto survey =
      of("A1\nA 2\nB1,B2\n\"C\"1\"\n" + std::string(65, 'x') + "\n\xc3\xa9\nD1\n" + std::string(9'999, 'y'))
          .survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(survey->codes, 2);
  EXPECT_EQ(survey->problems.count, 6);
  EXPECT_THAT(survey->problems.named,
              ElementsAre(HasSubstr("line 2 "), HasSubstr("line 3 "), HasSubstr("line 4 "),
                          HasSubstr("line 5 "), HasSubstr("line 6 "), HasSubstr("line 8 ")));
  EXPECT_THAT(survey->problems.named.front(), Not(HasSubstr("A 2")));
}

TEST_F(CodeFileTest, NamesTheLinesOfDuplicates) {
  const auto survey = of("code\nA1\nB2\nA1\nC3\na1\nB2\nA1\n").survey();
  ASSERT_TRUE(survey.ok());
  EXPECT_THAT(survey->problems.named, ElementsAre(HasSubstr("line 4: the code is already in line 2"),
                                                  HasSubstr("line 7: the code is already in line 3"),
                                                  HasSubstr("line 8: the code is already in line 2")));
}

TEST_F(CodeFileTest, FindsTheLineOfAPosition) {
  const CodeFile file = of("code\n\nA1\nB2\n");
  EXPECT_EQ(file.line_of(1), 3);
  EXPECT_EQ(file.line_of(2), 4);
  EXPECT_EQ(file.line_of(3), 0);
}

}  // namespace
}  // namespace firstcome::cli
