#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <set>

#include "app/nearest.h"

namespace firstcome::app {
namespace {

std::string overview(std::span<const Verb> verbs) {
  std::string text =
      "firstcome issues coupons, first come, first served.\n\n"
      "usage: firstcome VERB [flags]\n\n";
  for (const Verb& verb : verbs) {
    std::string line = "  " + std::string(verb.name);
    line.resize(std::max<std::size_t>(line.size() + 1, 18), ' ');
    text += line + std::string(verb.summary) + "\n";
  }
  return text + "\nfirstcome VERB --help says more, with examples.\n";
}

std::string help_of(const Option& option) {
  std::string text(option.help);
  const bool has_variable = option.where == Option::Where::Anywhere;
  if (!option.fallback.empty() || has_variable) text += " (";
  if (!option.fallback.empty()) text += "default " + std::string(option.fallback);
  if (!option.fallback.empty() && has_variable) text += "; ";
  if (has_variable) text += environment_name(option);
  if (!option.fallback.empty() || has_variable) text += ")";
  return text;
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
  declared->option_text(option.kind == Option::Kind::Number     ? "NUMBER"
                        : option.kind == Option::Kind::Duration ? "TIME"
                        : option.kind == Option::Kind::Share    ? "SHARE"
                                                                : "TEXT");
}

std::vector<std::string> flags_of(const Verb& verb) {
  std::vector<std::string> flags = {"--help"};
  for (const Option& option : verb.options) {
    if (option.where != Option::Where::Positional) flags.push_back("--" + std::string(option.name));
  }
  return flags;
}

std::string unknown_word(const std::vector<std::string>& remaining, const Verb& verb) {
  const auto flag =
      std::find_if(remaining.begin(), remaining.end(), [](const auto& w) { return w.starts_with("-"); });
  if (flag == remaining.end()) return "'" + remaining.front() + "' is not expected here";
  const std::string name = flag->substr(0, flag->find('='));
  return "there is no flag " + name + did_you_mean(name, flags_of(verb));
}

std::variant<Invocation, Message> read_flags(const Verb& verb, std::vector<std::string> words) {
  const bool asks = verb.summary.ends_with('?');
  CLI::App parser{std::string(verb.summary) + (asks ? "" : "."), "firstcome " + std::string(verb.name)};
  parser.set_help_flag("--help,-h", "this text");
  parser.footer("\nexamples:\n" + std::string(verb.examples));
  std::deque<std::string> typed;  // stays put while it grows
  for (const Option& option : verb.options) declare(parser, option, typed.emplace_back());
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    parser.parse(words);
  } catch (const CLI::CallForHelp&) {
    return Message{kFine, parser.help()};
  } catch (const CLI::ExtrasError&) {
    return wrong_usage(verb.name, unknown_word(parser.remaining(), verb));
  } catch (const CLI::ParseError& error) {
    return wrong_usage(verb.name, error.what());
  }
  Invocation invocation{&verb, {}};
  for (std::size_t i = 0; i < verb.options.size(); ++i) {
    const Option& option = verb.options[i];
    const bool positional = option.where == Option::Where::Positional;
    const std::string name = positional ? std::string(option.name) : "--" + std::string(option.name);
    if (parser.get_option(name)->count() > 0) invocation.flags[std::string(option.name)] = typed[i];
  }
  return invocation;
}

std::vector<std::string> split(std::string_view name) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find(' ', from), name.size());
    words.emplace_back(name.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

/// The first word that leads to no verb, with those that would have been right in its place.
Message unknown_verb(const std::vector<std::string>& words, std::span<const Verb> verbs) {
  std::set<std::string> first;
  std::set<std::string> second;
  for (const Verb& verb : verbs) {
    const auto parts = split(verb.name);
    first.insert(parts[0]);
    if (parts.size() > 1 && parts[0] == words[0]) second.insert(parts[1]);
  }
  if (second.empty()) {
    const std::vector<std::string> candidates(first.begin(), first.end());
    return wrong_usage("", "there is no verb '" + words[0] + "'" + did_you_mean(words[0], candidates));
  }
  const std::vector<std::string> candidates(second.begin(), second.end());
  std::string all;
  for (const std::string& candidate : candidates) all += (all.empty() ? "" : ", ") + candidate;
  if (words.size() < 2) return wrong_usage("", "'" + words[0] + "' needs one of: " + all);
  return wrong_usage(
      "", "there is no verb '" + words[0] + " " + words[1] + "'" + did_you_mean(words[1], candidates));
}

}  // namespace

Message wrong_usage(std::string_view verb, const std::string& what) {
  const std::string call = verb.empty() ? "firstcome" : "firstcome " + std::string(verb);
  return {kWrongUsage, call + ": " + what + "\nSee: " + call + " --help\n"};
}

std::variant<Invocation, Message> read_command_line(const std::vector<std::string>& words,
                                                    std::span<const Verb> verbs) {
  if (words.empty()) return Message{kWrongUsage, overview(verbs)};
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return Message{kFine, overview(verbs)};
  for (const Verb& verb : verbs) {
    const auto parts = split(verb.name);
    if (parts.size() > words.size() || !std::equal(parts.begin(), parts.end(), words.begin())) continue;
    return read_flags(verb, {words.begin() + static_cast<std::ptrdiff_t>(parts.size()), words.end()});
  }
  return unknown_verb(words, verbs);
}

}  // namespace firstcome::app
