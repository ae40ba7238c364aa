#include "cli/reference.h"

#include <map>
#include <sstream>

#include "cli/command_table.h"
#include "domain/check.h"

namespace firstcome::cli {
namespace {

using Cells = std::vector<std::string>;

constexpr std::string_view kMade = "<!-- Printed by `firstcome reference`; a test compares. -->\n\n";

std::string code(std::string_view text) { return text.empty() ? "" : '`' + std::string(text) + '`'; }

std::string row(const Cells& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char letter : cell) line += letter == '|' ? "\\|" : std::string(1, letter);
    line += cell.empty() ? "|" : " |";
  }
  return line + '\n';
}

std::string head(const Cells& cells) {
  std::string line = row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) line += "---|";
  return line + '\n';
}

std::string how_to_type(const Option& option) {
  if (option.where == Option::Where::Positional) return code(name_in_messages(option));
  const std::string_view value = placeholder(option);
  return code(name_in_messages(option) + (value.empty() ? "" : " " + std::string(value)));
}

/// What a value may be, beside its kind.
std::string allowed(const Option& option) {
  return option.choices.empty() ? bounds_in_words(option) : std::string(option.choices);
}

std::string text_of(const Option& option) {
  return std::string(option.help) + (option.required ? "; required" : "");
}

/// Indented lines are typed; the others are told.
std::string examples_of(const Command& command) {
  std::string text;
  bool in_code = false;
  std::istringstream lines{std::string(command.examples)};
  for (std::string line; std::getline(lines, line);) {
    const bool is_code = line.starts_with("  ");
    if (is_code != in_code && (is_code || !line.empty())) {
      text += is_code ? "\n```\n" : "```\n";
      in_code = is_code;
    }
    if (line.empty() && in_code) {
      text += "```\n\n";
      in_code = false;
    } else {
      text += (is_code ? line.substr(2) : line) + '\n';
    }
  }
  return text + (in_code ? "```\n" : "");
}

std::string section_of(const Command& command) {
  std::string text = "\n## firstcome " + std::string(command.name) + "\n\n" + sentence_of(command) + "\n";
  if (!command.options.empty()) {
    text += '\n' + head({"option", "default", "allowed", "what it is"});
    for (const Option& option : command.options) {
      text += row({how_to_type(option), code(option.fallback), allowed(option), text_of(option)});
    }
  }
  return text + examples_of(command);
}

/// An anchor as GitHub makes it of a heading.
std::string anchor_of(const Command& command) {
  std::string anchor = "#firstcome-" + std::string(command.name);
  for (char& letter : anchor) letter = letter == ' ' ? '-' : letter;
  return anchor;
}

/// What `serve` has no setting for, by name, with the commands that listen to it.
std::map<std::string_view, std::pair<const Option*, std::string>> settings_of_others(
    std::span<const Command> commands, const Command& serve) {
  std::map<std::string_view, std::pair<const Option*, std::string>> found;
  for (const Command& command : commands) {
    for (const Option& option : command.options) {
      if (option.where != Option::Where::Anywhere || option_named(serve, option.name) != nullptr) continue;
      auto& [first, listeners] = found[option.name];
      if (first == nullptr) first = &option;
      listeners += (listeners.empty() ? "" : ", ") + code(command.name);
    }
  }
  return found;
}

}  // namespace

std::string command_line_page(std::span<const Command> commands) {
  std::string page =
      "# The command line\n\n" + std::string(kMade) +
      "Data goes to stdout, progress and complaints to stderr. Exit code 0: fine; 1: what was "
      "asked about failed, or its output could not be written; 2: wrong usage, and\nwhat was most likely "
      "meant is named. An "
      "option's value may come from the environment or a file, too: see\n"
      "[configuration](configuration.md). `NO_COLOR` in the environment, and a stderr that is no "
      "terminal, keep colours out of the log.\n\n" +
      head({"command", ""});
  for (const Command& command : commands) {
    page += row({"[" + code(command.name) + "](" + anchor_of(command) + ")", std::string(command.summary)});
  }
  page +=
      "\nValues: NUMBER a whole number, TIME like `250ms`, `2s` or `5m`, SHARE like `20%` or `0.2`, WORD one "
      "of "
      "those allowed.\n`--option VALUE` and `--option=VALUE` are the same. Every command has `--help`.\n";
  for (const Command& command : commands) page += section_of(command);
  return page;
}

std::string configuration_page(std::span<const Command> commands) {
  const Command* serve = command_named(commands, "serve");
  CHECK(serve != nullptr);
  std::string page =
      "# Configuration\n\n" + std::string(kMade) +
      "Each setting of `firstcome serve` has one name, for the command line, the environment and "
      "a file in TOML. What is said\non the command line counts before the environment, that "
      "before the file, that before the default.\nA "
      "variable that is empty counts as not set:\n\n"
      "```\n"
      "firstcome serve --threads 4\n"
      "FIRSTCOME_THREADS=4 firstcome serve\n"
      "firstcome serve --config firstcome.toml         # with a line: threads = 4\n"
      "```\n\n"
      "A file is `name = value` lines, without tables; text and times stand in quotes (`wait = "
      "\"2s\"`). A name that is none is refused.\n"
      "`firstcome config check` says if `serve` would start with what is said, and `firstcome "
      "config show` prints every value with\nthe place it comes from. Secrets never stand in a "
      "value: passwords of PostgreSQL are in `~/.pgpass`, those of Kafka in the\nfile of "
      "`--kafka-config`, the admin key in that of `--admin-key-file`.\n\n" +
      head({"name", "environment", "default", "allowed", "what it is"});
  std::string flags_only;
  for (const Option& option : serve->options) {
    if (option.where == Option::Where::Anywhere) {
      page += row({code(option.name), code(environment_name(option)), code(option.fallback), allowed(option),
                   text_of(option)});
    } else {
      flags_only += "- " + how_to_type(option) + ": " + text_of(option) + "\n";
    }
  }
  page += "\nOnly on the command line:\n\n" + flags_only;
  page += "\n## Variables for the other commands\n\n" +
          head({"environment", "commands", "default", "what it is"});
  for (const auto& [name, found] : settings_of_others(commands, *serve)) {
    const auto& [option, listeners] = found;
    page += row({code(environment_name(*option)), listeners, code(option->fallback), text_of(*option)});
  }
  return page +
         "\nVerbs that have an option of `serve`, such as `--data`, `--journal` or `--admin-key-file`, "
         "listen "
         "to its variable as well; an option that\n[belongs to one call](command-line.md), such as `--json`, "
         "has "
         "none.\n";
}

}  // namespace firstcome::cli
