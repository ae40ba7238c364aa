#include "cli/command_line.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "cli/command_table.h"
#include "cli/nearest.h"
#include "text/secrets.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

std::string overview(std::span<const Command> commands, std::string_view group = {}) {
  std::string text = group.empty() ? "firstcome issues coupons, first come, first served.\n\n"
                                     "usage: firstcome COMMAND [flags]\n\n"
                                   : fmt::format("usage: firstcome {} COMMAND [flags]\n\n", group);
  for (const Command& command : commands) {
    if (!group.empty() && words_of(command.name).front() != group) continue;
    text += fmt::format("  {:<16}  {}\n", command.name, command.summary);
  }
  return text +
         "\nfirstcome COMMAND --help prints the options of a command, with examples. firstcome --version prints the version.\n";
}

/// Adds one option to the parser, which stores the typed value in `typed`.
void declare(CLI::App& parser, const Option& option, std::string& typed) {
  const std::string name(option.name);
  if (option.kind == Option::Kind::Switch) {
    parser.add_flag_callback(
        "--" + name, [&typed] { typed = "true"; }, help_of(option));
    return;
  }
  const bool positional = option.where == Option::Where::Positional;
  CLI::Option* declared = parser.add_option(positional ? name : "--" + name, typed, help_of(option));
  // merge() requires the options that the environment or a file can set.
  declared->required(option.required && option.where != Option::Where::Anywhere);
  if (option.kind == Option::Kind::List) declared->join(',');
  if (option.kind == Option::Kind::List && positional) declared->allow_extra_args();
  if (option.kind == Option::Kind::Lines) declared->join('\n');
  declared->option_text(std::string(placeholder(option)));
}

std::vector<std::string> flags_of(const Command& command) {
  std::vector<std::string> flags = {"--help"};
  for (const Option& option : command.options) {
    if (option.where != Option::Where::Positional) flags.push_back("--" + std::string(option.name));
  }
  return flags;
}

/// The error for the first flag that this command does not have; empty: there is none.
std::string unknown_flag(const std::vector<std::string>& words, const Command& command) {
  const auto flags = flags_of(command);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" || std::ranges::find(flags, name) != flags.end()) continue;
    return fmt::format("there is no flag {}{}", name, did_you_mean(name, flags));
  }
  return {};
}

/// The error for the first flag with an empty value after '='. CLI11 would take the next word as its value.
std::string empty_flag(const std::vector<std::string>& words, const Command& command) {
  const auto flags = flags_of(command);
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!word.ends_with('=') || std::ranges::find(flags, word.substr(0, word.size() - 1)) == flags.end())
      continue;
    return fmt::format("{} is empty: give it a value, or leave it out", word.substr(0, word.size() - 1));
  }
  return {};
}

std::string unknown_word(const std::vector<std::string>& remaining, const Command& command) {
  const auto flag =
      std::find_if(remaining.begin(), remaining.end(), [](const auto& w) { return w.starts_with("-"); });
  if (flag == remaining.end())
    return fmt::format("'{}' is not expected here", text::without_secrets(remaining.front()));
  const std::string unknown = unknown_flag({*flag}, command);
  return unknown.empty() ? fmt::format("there is no flag {}", text::without_secrets(*flag)) : unknown;
}

/// The error for the first missing positional option; empty: none is missing.
std::string missing_word(const CLI::App& parser, const Command& command) {
  for (const Option& option : command.options) {
    const std::string name(option.name);
    if (option.where != Option::Where::Positional || !option.required) continue;
    if (parser.get_option(name)->count() == 0)
      return fmt::format("<{}> is required: {}", name, help_of(option));
  }
  return {};
}

std::variant<Invocation, Message> read_flags(const Command& command,
                                             const std::vector<std::string>& typed_words) {
  CLI::App parser{sentence_of(command), fmt::format("firstcome {}", command.name)};
  parser.set_help_flag("--help,-h", "Print this help");
  parser.footer(fmt::format("\nexamples:\n{}", command.examples));
  std::deque<std::string> typed;  // references stay valid while it grows
  for (const Option& option : command.options) declare(parser, option, typed.emplace_back());
  if (const std::string empty = empty_flag(typed_words, command); !empty.empty()) {
    return wrong_usage(command.name, empty);
  }
  std::vector<std::string> words(typed_words.rbegin(),
                                 typed_words.rend());  // CLI11 expects them in reverse order
  try {
    parser.parse(words);
  } catch (const CLI::CallForHelp&) {
    return Message{kFine, parser.help()};
  } catch (const CLI::ExtrasError&) {
    return wrong_usage(command.name, unknown_word(parser.remaining(), command));
  } catch (const CLI::RequiredError& error) {
    // A misspelled flag is the reason why the required one is missing.
    const std::string misspelled = unknown_flag(typed_words, command);
    const std::string word = missing_word(parser, command);
    return wrong_usage(command.name, !misspelled.empty() ? misspelled : !word.empty() ? word : error.what());
  } catch (const CLI::ParseError& error) {
    return wrong_usage(command.name, error.what());
  }
  Invocation invocation{&command, {}};
  for (std::size_t i = 0; i < command.options.size(); ++i) {
    const Option& option = command.options[i];
    const bool positional = option.where == Option::Where::Positional;
    const std::string name = positional ? std::string(option.name) : "--" + std::string(option.name);
    if (parser.get_option(name)->count() > 0) invocation.flags[std::string(option.name)] = typed[i];
  }
  return invocation;
}

/// The error for words that name no command, with the commands that are possible.
Message unknown_command(const std::vector<std::string>& words, std::span<const Command> commands) {
  const auto second = second_words(commands, words[0]);
  if (second.empty()) {
    return wrong_usage("", fmt::format("there is no command '{}'{}", text::without_secrets(words[0]),
                                       did_you_mean(words[0], first_words(commands))));
  }
  if (words.size() < 2)
    return wrong_usage(words[0], fmt::format("needs one of: {}", fmt::join(second, ", ")));
  return wrong_usage(words[0], fmt::format("there is no command '{} {}'{}", words[0],
                                           text::without_secrets(words[1]), did_you_mean(words[1], second)));
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

}  // namespace

Message wrong_usage(std::string_view command, const std::string& what) {
  const std::string call = command.empty() ? "firstcome" : fmt::format("firstcome {}", command);
  return {kWrongUsage, text::lines_for_terminal(fmt::format("{0}: {1}\nSee: {0} --help\n", call, what))};
}

std::variant<Invocation, Message> read_command_line(const std::vector<std::string>& words,
                                                    std::span<const Command> commands) {
  if (words.empty()) return Message{kWrongUsage, overview(commands)};
  if (words[0] == "help" && words.size() > 1) {
    std::vector<std::string> reordered(words.begin() + 1, words.end());
    reordered.emplace_back("--help");
    return read_command_line(reordered, commands);
  }
  if (words[0] == "--version" || words[0] == "-V") {
    std::vector<std::string> command = words;
    command[0] = "version";
    return read_command_line(command, commands);
  }
  if (asks_for_help(words[0]) || words[0] == "help") return Message{kFine, overview(commands)};
  for (const Command& command : commands) {
    const auto parts = words_of(command.name);
    if (parts.size() > words.size() || !std::equal(parts.begin(), parts.end(), words.begin())) continue;
    return read_flags(command, {words.begin() + static_cast<std::ptrdiff_t>(parts.size()), words.end()});
  }
  if (words.size() > 1 && asks_for_help(words[1]) && !second_words(commands, words[0]).empty()) {
    return Message{kFine, overview(commands, words[0])};
  }
  return unknown_command(words, commands);
}

}  // namespace firstcome::cli
