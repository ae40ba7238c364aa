#include "cli/command_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace firstcome::cli {

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find(' ', from), name.size());
    words.emplace_back(name.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

std::vector<std::string> first_words(std::span<const Command> commands) {
  std::vector<std::string> found;
  for (const Command& command : commands) {
    const std::string first = words_of(command.name).front();
    if (std::ranges::find(found, first) == found.end()) found.push_back(first);
  }
  return found;
}

std::vector<std::string> second_words(std::span<const Command> commands, std::string_view first) {
  std::vector<std::string> found;
  for (const Command& command : commands) {
    const auto words = words_of(command.name);
    if (words.size() > 1 && words.front() == first) found.push_back(words[1]);
  }
  return found;
}

const Command* command_named(std::span<const Command> commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

const Option* option_named(const Command& command, std::string_view name) {
  const auto found = std::ranges::find(command.options, name, &Option::name);
  return found == command.options.end() ? nullptr : &*found;
}

std::string sentence_of(const Command& command) {
  std::string text(command.summary);
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + (text.ends_with('?') ? "" : ".");
}

std::string help_of(const Option& option) {
  std::string notes;
  const auto add = [&notes](const std::string& note) { notes += (notes.empty() ? "" : "; ") + note; };
  if (!option.choices.empty()) add(fmt::format("one of {}", option.choices));
  if (!option.fallback.empty()) add(fmt::format("default {}", option.fallback));
  if (const std::string bounds = format_bounds(option); !bounds.empty()) add(bounds);
  if (option.where == Option::Where::Anywhere) add(environment_name(option));
  return notes.empty() ? std::string(option.help) : fmt::format("{} ({})", option.help, notes);
}

}  // namespace firstcome::cli
