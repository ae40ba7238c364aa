#include "cli/option.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace firstcome::cli {
namespace {

std::string format_bound(const Option& option, std::int64_t bound) {
  if (option.kind == Option::Kind::Share) return fmt::format("{}%", bound / 10'000);
  if (option.kind != Option::Kind::Duration || bound == 0) return std::to_string(bound);
  if (bound % 86'400'000 == 0) return fmt::format("{}d", bound / 86'400'000);
  if (bound % 60'000 == 0) return fmt::format("{}m", bound / 60'000);
  if (bound % 1'000 == 0) return fmt::format("{}s", bound / 1'000);
  return fmt::format("{}ms", bound);
}

}  // namespace

std::string environment_name(const Option& option) {
  std::string name = "FIRSTCOME_";
  for (const char letter : option.name) {
    name += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

std::string name_in_messages(const Option& option) {
  const std::string name(option.name);
  return option.where == Option::Where::Positional ? "<" + name + ">" : "--" + name;
}

std::string_view placeholder(const Option& option) {
  switch (option.kind) {
    case Option::Kind::Text:
    case Option::Kind::List:
    case Option::Kind::Lines: return "TEXT";
    case Option::Kind::Number: return "NUMBER";
    case Option::Kind::Duration: return "TIME";
    case Option::Kind::Share: return "SHARE";
    case Option::Kind::Choice: return "WORD";
    case Option::Kind::File: return "FILE";
    case Option::Kind::Folder: return "FOLDER";
    case Option::Kind::Switch: return "";
  }
  return {};
}

std::vector<std::string> choices_of(const Option& option) {
  constexpr std::string_view kSeparator = ", ";
  std::vector<std::string> all;
  for (std::string_view left = option.choices; !left.empty();) {
    const std::size_t end = std::min(left.find(kSeparator), left.size());
    all.emplace_back(left.substr(0, end));
    left.remove_prefix(std::min(end + kSeparator.size(), left.size()));
  }
  return all;
}

std::string format_bounds(const Option& option) {
  const bool bounded = option.kind == Option::Kind::Number || option.kind == Option::Kind::Duration ||
                       option.kind == Option::Kind::Share;
  if (!bounded) return {};
  const std::string least = format_bound(option, option.least);
  if (option.most == INT64_MAX) return fmt::format("at least {}", least);
  return fmt::format("{} to {}", least, format_bound(option, option.most));
}

}  // namespace firstcome::cli
