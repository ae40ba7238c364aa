#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

int never_run(const Values&) { return 99; }

const std::vector<Command>& commands() {
  using enum Option::Kind;
  using enum Option::Where;
  static const std::vector<Command> all = {
      {"serve",
       "run the server",
       "  firstcome serve\n",
       {{"listen", Text, "127.0.0.1:8080", "where"}, {"demo", Switch, "", "try it", 0, 1, FlagOnly}},
       never_run},
      {"policy get",
       "show one",
       "  firstcome policy get 7\n",
       {{"policy", Number, "", "its id", 1, 100, Positional, true}},
       never_run},
      {"bench", "drive", "  firstcome bench\n", {{"server", List, "", "where"}}, never_run},
      {"dlt replay",
       "once more",
       "  firstcome dlt replay 0:1 0:2\n",
       {{"places", List, "", "which", 0, 0, Positional}, {"all", Switch, "", "all", 0, 1, FlagOnly}},
       never_run},
      {"policy list", "show all", "  firstcome policy list\n", {}, never_run},
      {"version", "print it", "  firstcome version\n", {{"json", Switch, "", "", 0, 1, FlagOnly}}, never_run},
  };
  return all;
}

Invocation read(const std::vector<std::string>& words) {
  auto result = read_command_line(words, commands());
  if (const auto* message = std::get_if<Message>(&result)) ADD_FAILURE() << message->text;
  return std::holds_alternative<Invocation>(result) ? std::get<Invocation>(result) : Invocation{};
}

Message message_of(const std::vector<std::string>& words) {
  auto result = read_command_line(words, commands());
  if (std::holds_alternative<Invocation>(result)) return {-1, "(no message)"};
  return std::get<Message>(result);
}

TEST(CommandLine, FlagsAreKeptAsTyped) {
  const Invocation call = read({"serve", "--listen", "127.0.0.1:0", "--demo"});
  EXPECT_EQ(call.command->name, "serve");
  EXPECT_EQ(call.flags, (Flags{{"listen", "127.0.0.1:0"}, {"demo", "true"}}));
  EXPECT_EQ(read({"serve", "--listen=:1"}).flags, (Flags{{"listen", ":1"}}));
  EXPECT_TRUE(read({"serve"}).flags.empty());
}

TEST(CommandLine, TheUsualFlagsOfAVersionAreThatCommand) {
  for (const char* word : {"version", "--version", "-V"}) {
    EXPECT_EQ(read({word}).command->name, "version") << word;
    EXPECT_EQ(read({word, "--json"}).flags, (Flags{{"json", "true"}})) << word;
  }
}

TEST(CommandLine, AnEmptyValueAfterAnEqualsSignDoesNotTakeTheNextWord) {
  EXPECT_THAT(message_of({"serve", "--listen=", "--demo"}).text, HasSubstr("--listen is empty"));
  EXPECT_EQ(message_of({"serve", "--listen="}).exit_code, kWrongUsage);
}

TEST(CommandLine, ACommandMayBeTwoWordsAndTakeAWordOfItsOwn) {
  const Invocation call = read({"policy", "get", "7"});
  EXPECT_EQ(call.command->name, "policy get");
  EXPECT_EQ(call.flags, (Flags{{"policy", "7"}}));
}

TEST(CommandLine, AListWithoutAFlagTakesAllWordsUpToTheNextFlag) {
  EXPECT_EQ(read({"dlt", "replay", "0:1", "0:2", "--all"}).flags,
            (Flags{{"places", "0:1,0:2"}, {"all", "true"}}));
  EXPECT_EQ(read({"dlt", "replay", "--all"}).flags, (Flags{{"all", "true"}}));
}

TEST(CommandLine, HelpSucceedsAndHasExamples) {
  EXPECT_EQ(message_of({"--help"}).exit_code, 0);
  EXPECT_THAT(message_of({"--help"}).text, HasSubstr("policy list"));
  const Message help = message_of({"serve", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.text, HasSubstr("where (default 127.0.0.1:8080; FIRSTCOME_LISTEN)"));
  EXPECT_THAT(message_of({"policy", "get", "--help"}).text, HasSubstr("its id (1 to 100)"));
  EXPECT_THAT(help.text, HasSubstr("examples:\n  firstcome serve\n"));
}

TEST(CommandLine, HelpMayComeFirstAndMayNameAGroup) {
  EXPECT_EQ(message_of({"help", "policy", "get"}).text, message_of({"policy", "get", "--help"}).text);
  const Message group = message_of({"policy", "--help"});
  EXPECT_EQ(group.exit_code, 0);
  EXPECT_THAT(group.text, HasSubstr("policy list"));
  EXPECT_THAT(group.text, testing::Not(HasSubstr("dlt replay")));
  EXPECT_EQ(message_of({"help", "policy"}).text, group.text);
  EXPECT_EQ(message_of({"srve", "--help"}).exit_code, 2);
}

TEST(CommandLine, AnEmptyCommandLineIsWrongUsageAndPrintsTheCommands) {
  EXPECT_EQ(message_of({}).exit_code, 2);
  EXPECT_THAT(message_of({}).text, HasSubstr("usage: firstcome COMMAND"));
}

TEST(CommandLine, WrongWordsGiveAnErrorWithTheNearestValidWordAndAPointerToHelp) {
  struct {
    std::vector<std::string> words;
    std::string message;
  } const table[] = {
      {{"srve"}, "firstcome: there is no command 'srve'; did you mean serve?\nSee: firstcome --help\n"},
      {{"policy", "gte", "7"},
       "firstcome policy: there is no command 'policy gte'; did you mean get?\nSee: firstcome policy "
       "--help\n"},
      {{"policy"}, "firstcome policy: needs one of: get, list\nSee: firstcome policy --help\n"},
      {{"serve", "--lisen", "x"},
       "firstcome serve: there is no flag --lisen; did you mean --listen?\nSee: firstcome serve --help\n"},
      {{"serve", "now"}, "firstcome serve: 'now' is not expected here\nSee: firstcome serve --help\n"},
  };
  for (const auto& [words, message] : table) {
    EXPECT_EQ(message_of(words).exit_code, 2);
    EXPECT_EQ(message_of(words).text, message);
  }
}

TEST(CommandLine, RepeatedListsAreJoined) {
  EXPECT_EQ(read({"bench", "--server", "a:1", "--server", "b:2,c:3"}).flags.at("server"), "a:1,b:2,c:3");
}

TEST(CommandLine, AMissingWordIsWrongUsage) {
  const Message message = message_of({"policy", "get"});
  EXPECT_EQ(message.exit_code, 2);
  EXPECT_THAT(message.text, StartsWith("firstcome policy get: <policy> is required"));
  EXPECT_THAT(message_of({"policy", "get", "--hepl"}).text, HasSubstr("no flag --hepl; did you mean --help?"))
      << "a misspelled flag comes before a missing one";
}

}  // namespace
}  // namespace firstcome::cli
