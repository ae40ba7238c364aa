#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "cli/command_table.h"
#include "cli/nearest.h"

namespace firstcome::cli {
namespace {

std::string overview(std::span<const Command> commands, std::string_view group = {}) {
  std::string text = group.empty() ? "firstcome issues coupons, first come, first served.\n\n"
                                     "usage: firstcome COMMAND [flags]\n\n"
                                   : "usage: firstcome " + std::string(group) + " COMMAND [flags]\n\n";
  for (const Command& command : commands) {
    if (!group.empty() && words_of(command.name).front() != group) continue;
    std::string line = "  " + std::string(command.name);
    line.resize(std::max<std::size_t>(line.size() + 2, 20), ' ');
    text += line + std::string(command.summary) + "\n";
  }
  return text + "\nfirstcome COMMAND --help says more, with examples.\n";
}

/// "how long (default 2s; 0 to 10s; FIRSTCOME_WAIT)"
std::string help_of(const Option& option) {
  std::string more;
  const auto add = [&more](const std::string& what) { more += (more.empty() ? "" : "; ") + what; };
  if (!option.choices.empty()) add("one of " + std::string(option.choices));
  if (!option.fallback.empty()) add("default " + std::string(option.fallback));
  if (const std::string bounds = bounds_in_words(option); !bounds.empty()) add(bounds);
  if (option.where == Option::Where::Anywhere) add(environment_name(option));
  return std::string(option.help) + (more.empty() ? "" : " (" + more + ")");
}

/// Adds one option to the parser; what is typed for it ends up in `typed`.
void declare(CLI::App& parser, const Option& option, std::string& typed) {
  const std::string name(option.name);
  if (option.kind == Option::Kind::Switch) {
    parser.add_flag_callback(
        "--" + name, [&typed] { typed = "true"; }, help_of(option));
    return;
  }
  const bool positional = option.where == Option::Where::Positional;
  CLI::Option* declared = parser.add_option(positional ? name : "--" + name, typed, help_of(option));
  // What the environment or a file may say as well is asked for once all are merged.
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

/// Of the first word that is a flag this command does not have; empty when there is none.
std::string unknown_flag(const std::vector<std::string>& words, const Command& command) {
  const auto flags = flags_of(command);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" || std::ranges::find(flags, name) != flags.end()) continue;
    return "there is no flag " + name + did_you_mean(name, flags);
  }
  return {};
}

/// Of the first flag with nothing behind its '='; CLI11 takes the next word for its value.
std::string empty_flag(const std::vector<std::string>& words, const Command& command) {
  const auto flags = flags_of(command);
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!word.ends_with('=') || std::ranges::find(flags, word.substr(0, word.size() - 1)) == flags.end())
      continue;
    return word.substr(0, word.size() - 1) + " is empty: give it a value, or leave it out";
  }
  return {};
}

std::string unknown_word(const std::vector<std::string>& remaining, const Command& command) {
  const auto flag =
      std::find_if(remaining.begin(), remaining.end(), [](const auto& w) { return w.starts_with("-"); });
  if (flag == remaining.end()) return "'" + remaining.front() + "' is not expected here";
  const std::string unknown = unknown_flag({*flag}, command);
  return unknown.empty() ? "there is no flag " + *flag : unknown;
}

/// Of the first required word that is not there; empty when all are.
std::string missing_word(const CLI::App& parser, const Command& command) {
  for (const Option& option : command.options) {
    const std::string name(option.name);
    if (option.where != Option::Where::Positional || !option.required) continue;
    if (parser.get_option(name)->count() == 0) return "<" + name + "> is required: " + help_of(option);
  }
  return {};
}

std::variant<Invocation, Message> read_flags(const Command& command,
                                             const std::vector<std::string>& typed_words) {
  CLI::App parser{sentence_of(command), "firstcome " + std::string(command.name)};
  parser.set_help_flag("--help,-h", "this text");
  parser.footer("\nexamples:\n" + std::string(command.examples));
  std::deque<std::string> typed;  // stays put while it grows
  for (const Option& option : command.options) declare(parser, option, typed.emplace_back());
  if (const std::string empty = empty_flag(typed_words, command); !empty.empty()) {
    return wrong_usage(command.name, empty);
  }
  std::vector<std::string> words(typed_words.rbegin(), typed_words.rend());  // as CLI11 wants them
  try {
    parser.parse(words);
  } catch (const CLI::CallForHelp&) {
    return Message{kFine, parser.help()};
  } catch (const CLI::ExtrasError&) {
    return wrong_usage(command.name, unknown_word(parser.remaining(), command));
  } catch (const CLI::RequiredError& error) {
    // A misspelt flag is why the right one is missing.
    const std::string misspelt = unknown_flag(typed_words, command);
    const std::string word = missing_word(parser, command);
    return wrong_usage(command.name, !misspelt.empty() ? misspelt : !word.empty() ? word : error.what());
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

/// The first word that leads to no command, with those that would have been right in its place.
Message unknown_command(const std::vector<std::string>& words, std::span<const Command> commands) {
  const auto second = second_words(commands, words[0]);
  if (second.empty()) {
    return wrong_usage(
        "", "there is no command '" + words[0] + "'" + did_you_mean(words[0], first_words(commands)));
  }
  std::string all;
  for (const std::string& candidate : second) all += (all.empty() ? "" : ", ") + candidate;
  if (words.size() < 2) return wrong_usage(words[0], "needs one of: " + all);
  return wrong_usage(
      words[0], "there is no command '" + words[0] + " " + words[1] + "'" + did_you_mean(words[1], second));
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

}  // namespace

Message wrong_usage(std::string_view command, const std::string& what) {
  const std::string call = command.empty() ? "firstcome" : "firstcome " + std::string(command);
  return {kWrongUsage, call + ": " + what + "\nSee: " + call + " --help\n"};
}

std::variant<Invocation, Message> read_command_line(const std::vector<std::string>& words,
                                                    std::span<const Command> commands) {
  if (words.empty()) return Message{kWrongUsage, overview(commands)};
  if (words[0] == "help" && words.size() > 1) {
    std::vector<std::string> turned(words.begin() + 1, words.end());
    turned.emplace_back("--help");
    return read_command_line(turned, commands);
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
