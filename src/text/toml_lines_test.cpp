#include "text/toml_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace firstcome::text {
namespace {

using testing::StartsWith;

constexpr std::array<std::string_view, 1> kTables = {"[[key]]"};

std::string refusal_of(std::string_view toml) {
  const Status status = refuse_unsafe_toml(toml, "file", kTables);
  return status ? "" : status.error().text();
}

TEST(TomlLines, StringsAndCommentsHoldAnyText) {
  for (const std::string_view toml : {
           "",
           "a = 1",
           "a = \"\"\nb = ''\r\n",
           "\xef\xbb\xbf[[key]] # \xea\xb0\x80 {\"\n",
           "a = \"{\xea\xb0\x80} \\\" # ' \\\\\"# and 'more\n",
           "a = 'C:\\' # \"\n",
           "a = [\"b\",'c' , \"d\"]\n",
           "a = [\n  \"b\", # one\n  'c'\n]\n",
           "\"a\" = \"c\"\n",
       }) {
    EXPECT_EQ(refusal_of(toml), "") << toml;
  }
}

TEST(TomlLines, RefuseWhatTheParserDoesNotHandle) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"a = 1\n[b]\n", "file line 2: a line that begins with '[' must be [[key]]"},
      {"a = \xc3\xa9", "file line 1: a non-ASCII character outside of a string"},
      {"a = [{}]", "file line 1: inline tables are not supported"},
      {"a = 2027-01-01T", "file line 1: a time such as 00:00:00Z must follow the T of a date"},
  };
  for (const auto& [toml, refusal] : table) EXPECT_THAT(refusal_of(toml), StartsWith(refusal)) << toml;
}

/// Where the parser sees another end of a string, the checks above would look at the wrong characters.
TEST(TomlLines, RefuseAStringWhoseEndIsInDoubt) {
  constexpr std::string_view kOpen =
      "file line 2: a string does not end in its line; put the same quote at its end";
  constexpr std::string_view kMultiLine =
      "file line 2: a string of several lines is not supported; write it in one";
  constexpr std::string_view kBefore = "file line 2: a quote in the middle of a value";
  constexpr std::string_view kAfter = "file line 2: a comma or the end of the line must follow a string";
  constexpr std::string_view kControl = "file line 2: a control character";
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"\na = \"b", kOpen},
      {"\na = \"b\n\"", kOpen},
      {"\na = 'b\n", kOpen},
      {"\na = 'b\"", kOpen},
      {"\na = \"b\\\"", kOpen},
      {"\na = \"b\\\n\"", kOpen},
      {"\na = [[\"\"\"\xc3\xa9", kMultiLine},
      {"\na = \"\"\"b\"\"\"\n", kMultiLine},
      {"\na = '''b\nc'''\n", kMultiLine},
      {"\na = \"\"\"\"\"\"\"\"\xc3\xa9", kMultiLine},
      {"\na = 1\"b\"\n", kBefore},
      {"\na = [1]\"b\"\n", kBefore},
      {"\na = 0.2.'\xcf\xbb'\n", kBefore},
      {"\na = \"b\"'c'\n", kAfter},
      {"\na = \"b\"c\n", kAfter},
      {"\na = \"b\"[\n", kAfter},
      {"\n\"a\".b = 1\n", kAfter},
      {"\na = \"\x01\"\n", kControl},
      {"\n# \x7f\n", kControl},
      {"\na = 1\rb = \"c\"\n", kControl},
      {"\na = 1\f\n", kControl},
  };
  for (const auto& [toml, refusal] : table) EXPECT_THAT(refusal_of(toml), StartsWith(refusal)) << toml;
}

}  // namespace
}  // namespace firstcome::text
