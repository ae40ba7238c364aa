#include "cli/man_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const ManPage& page(const std::vector<ManPage>& pages, std::string_view file) {
  for (const ManPage& found : pages) {
    if (found.file == file) return found;
  }
  ADD_FAILURE() << "no page " << file;
  return pages.front();
}

TEST(ManPages, EachCommandHasAPageAndIsInTheFirstOne) {
  using enum Option::Kind;
  using enum Option::Where;
  const std::vector<Command> commands = {
      {"serve",
       "run it's \\ best",
       "  firstcome serve --wait 2s\n.Exit code 0: it ran.\n",
       {{"wait", Duration, "2s", "how long", 0, 10'000}, {"demo", Switch, "", "try it", 0, 1, FlagOnly}},
       nullptr},
      {"policy get",
       "show one",
       "  firstcome policy get 7\n",
       {{"policy", Number, "", "its id", 1, INT64_MAX, Positional, true},
        {"key", File, "", "a file", 0, 0, FlagOnly, true}},
       nullptr},
  };
  const auto pages = man_pages(commands, "1.2.3");
  ASSERT_EQ(pages.size(), 4U);
  EXPECT_THAT(page(pages, "firstcome.1").text,
              HasSubstr(".TP\n\\fBfirstcome\\-policy\\-get\\fR(1)\nshow one\n"));

  const std::string& serve = page(pages, "firstcome-serve.1").text;
  EXPECT_THAT(serve, HasSubstr(".TH \"FIRSTCOME\\-SERVE\" 1 \"\" \"firstcome 1.2.3\" \"User Commands\"\n"));
  EXPECT_THAT(serve, HasSubstr("\nfirstcome\\-serve \\- run it\\(aqs \\e best\n"));
  EXPECT_THAT(
      serve,
      HasSubstr(".TP\n\\fB\\-\\-wait\\fR \\fITIME\\fR\nhow long (default 2s; 0 to 10s; FIRSTCOME_WAIT)\n"));
  EXPECT_THAT(serve, HasSubstr(".RE\n.fi\n.PP\n\\&.Exit code 0: it ran.\n"))
      << "no line is a request by accident";

  EXPECT_THAT(page(pages, "firstcome-policy-get.1").text,
              HasSubstr("\\fBfirstcome policy get\\fR \\fIpolicy\\fR \\fB\\-\\-key\\fR \\fIFILE\\fR\n"));

  const std::string& file = page(pages, "firstcome.toml.5").text;
  EXPECT_THAT(file, HasSubstr(".TP\n\\fBwait\\fR = \\fI\"text\"\\fR\n"));
  EXPECT_THAT(file, Not(HasSubstr("demo")));
}

}  // namespace
}  // namespace firstcome::cli
