#include "cli/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<Command>& described_commands() {
  using enum Option::Kind;
  using enum Option::Where;
  static const std::vector<Command> all = {
      {"serve",
       "run it",
       "  firstcome serve\n\nExit code 0: it ran.\n",
       {{"role", Choice, "all", "this | that", 0, 0, Anywhere, false, "all, edge"},
        {"wait", Duration, "2s", "how long", 0, 10'000},
        {"demo", Switch, "", "try it", 0, 1, FlagOnly}},
       nullptr},
      {"policy get",
       "which one is it?",
       "  firstcome policy get 7\n",
       {{"policy", Number, "", "its id", 1, INT64_MAX, Positional, true},
        {"server", Text, "http://x", "where"}},
       nullptr},
  };
  return all;
}

TEST(Reference, TheCommandLineHasASectionPerCommand) {
  const std::string page = command_line_page(described_commands());
  EXPECT_THAT(page, HasSubstr("| [`policy get`](#firstcome-policy-get) | which one is it? |\n"));
  EXPECT_THAT(page, HasSubstr("\n## firstcome serve\n\nRun it.\n"));
  EXPECT_THAT(page, HasSubstr("\n## firstcome policy get\n\nWhich one is it?\n"));
  EXPECT_THAT(page, HasSubstr("| `--role WORD` | `all` | all, edge | this \\| that |\n"));
  EXPECT_THAT(page, HasSubstr("| `--wait TIME` | `2s` | 0 to 10s | how long |\n"));
  EXPECT_THAT(page, HasSubstr("| `--demo` | | | try it |\n"));
  EXPECT_THAT(page, HasSubstr("| `<policy>` | | at least 1 | its id; required |\n"));
  EXPECT_THAT(page, HasSubstr("\n```\nfirstcome serve\n```\n\nExit code 0: it ran.\n"));
}

TEST(Reference, TheConfigurationHasTheOptionsOfServeAndTheVariablesOfOtherCommands) {
  const std::string page = configuration_page(described_commands());
  EXPECT_THAT(page, HasSubstr("| `wait` | `FIRSTCOME_WAIT` | `2s` | 0 to 10s | how long |\n"));
  EXPECT_THAT(page, HasSubstr("- `--demo`: try it\n"));
  EXPECT_THAT(page, HasSubstr("| `FIRSTCOME_SERVER` | `policy get` | `http://x` | where |\n"));
  EXPECT_THAT(page, Not(HasSubstr("FIRSTCOME_DEMO")));
}

}  // namespace
}  // namespace firstcome::cli
