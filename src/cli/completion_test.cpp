#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;

const std::vector<Command>& completed_commands() {
  using enum Option::Kind;
  using enum Option::Where;
  static const std::vector<Command> all = {
      {"serve",
       "run it, what else",
       "",
       {{"role", Choice, "all", "what it does", 0, 0, Anywhere, false, "all, edge"},
        {"data", Folder, "", "what's there"},
        {"listen", Text, "", "where"},
        {"demo", Switch, "", "try it"}},
       nullptr},
      {"check", "judge", "", {{"history", File, "", "the history", 0, 0, Positional, true}}, nullptr},
      {"policy get", "show one", "", {{"policy", Number, "", "which", 0, 9, Positional, true}}, nullptr},
      {"policy list", "show all", "", {}, nullptr},
  };
  return all;
}

TEST(Completion, BashAndZshOfferCommandsFlagsAndValues) {
  for (const std::string& script :
       {bash_completion(completed_commands()), zsh_completion(completed_commands())}) {
    EXPECT_THAT(script, HasSubstr("_firstcome_words serve check policy help"));
    EXPECT_THAT(script, HasSubstr("_firstcome_words get list --help"));
    EXPECT_THAT(script, HasSubstr("'serve') _firstcome_words --help --role --data --listen --demo;"));
    EXPECT_THAT(script, HasSubstr("'serve:--role') _firstcome_words all edge;"));
    EXPECT_THAT(script, HasSubstr("'serve:--data') _firstcome_folders;"));
    EXPECT_THAT(script, HasSubstr("'serve:--listen') return ;;"));
    EXPECT_THAT(script, HasSubstr("'check') _firstcome_files;"));
  }
}

TEST(Completion, FishDescribesEachWord) {
  const std::string script = fish_completion(completed_commands());
  EXPECT_THAT(script, HasSubstr("-n '__firstcome_at' -a serve -d 'run it, what else'"));
  EXPECT_THAT(script, HasSubstr("-n '__firstcome_at policy' -a get -d 'show one'"));
  EXPECT_THAT(script, HasSubstr("-l role -x -a 'all edge' -d 'what it does'"));
  EXPECT_THAT(script, HasSubstr("-d 'what'\\''s there'"));
  EXPECT_THAT(script, HasSubstr("-l demo -d 'try it'"));
}

}  // namespace
}  // namespace firstcome::cli
