#include "cli/config_file.h"

#include <fmt/core.h>

#define TOML_ENABLE_FORMATTERS 0  // firstcome only reads TOML
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "cli/nearest.h"
#include "text/byte_order_mark.h"

namespace firstcome::cli {
namespace {

std::optional<std::string> as_typed(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> keys_of(std::span<const Option> options) {
  std::vector<std::string> keys;
  for (const Option& option : options) {
    if (option.where == Option::Where::Anywhere) keys.emplace_back(option.name);
  }
  return keys;
}

std::string read(const std::string& path) {
  std::ifstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(path, std::ios::binary);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  return text.str();
}

/// A quote after a word does not begin a string: it belongs to the word, which is then invalid.
bool may_begin_string(std::string_view before) {
  return before.empty() || std::string_view(" \t=,.{[").find(before.back()) != std::string_view::npos;
}

/// The lines of `text` with blanks in place of strings and comments.
std::vector<std::string> bare_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  std::string_view end;  // the end of the current string or comment; empty: outside of both
  while (!text.empty()) {
    std::size_t taken = 1;
    if (end.empty()) {
      for (const std::string_view quote : {R"(""")", "\'\'\'", "\"", "\'", "#"}) {
        if (!text.starts_with(quote) || (quote != "#" && !may_begin_string(lines.back()))) continue;
        end = quote == "#" ? "\n" : quote;
        taken = quote.size();
        break;
      }
    } else if (text.starts_with(end) || (end.size() == 1 && text.starts_with('\n'))) {
      taken = text.front() == '\n' ? 1 : end.size();
      end = {};
    } else if (text.front() == '\\' && end.front() == '"' && text.size() > 1) {
      taken = 2;
    }
    if (text.front() == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += end.empty() ? text.front() : ' ';
    }
    text.remove_prefix(taken);
  }
  return lines;
}

/// toml++ 3.3 does not handle two inputs: a '[' without a name after it, and a non-ASCII character where a
/// name is expected. A configuration file needs neither.
Status refuse_unsafe_toml(std::string_view text, const std::string& path) {
  if (text.starts_with(text::kByteOrderMark)) text.remove_prefix(text::kByteOrderMark.size());
  int number = 0;
  for (const std::string& line : bare_lines(text)) {
    const std::string place = fmt::format("{} line {}", path, ++number);
    const auto begin = line.find_first_not_of(" \t");
    if (begin != std::string::npos && line[begin] == '[') {
      return Error::permanent("{}: tables are not supported; write name = value", place);
    }
    if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; })) {
      return Error::permanent("{}: a non-ASCII character outside of a string; put quotes around the value",
                              place);
    }
  }
  return Done{};
}

}  // namespace

Result<ConfigFile> read_config_file(const std::string& path, std::span<const Option> options) {
  const std::vector<std::string> keys = keys_of(options);
  try {
    const std::string text = read(path);
    RETURN_IF_ERROR(refuse_unsafe_toml(text, path));
    const toml::table table = toml::parse(text, path);
    ConfigFile file;
    for (const auto& [toml_key, node] : table) {
      const std::string key(toml_key.str());
      const std::string line = fmt::format("{} line {}", path, node.source().begin.line);
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return Error::permanent("{}: '{}' is not a setting{}", line, key, did_you_mean(key, keys));
      }
      const auto typed = as_typed(node);
      if (!typed)
        return Error::permanent("{}: {} must be a string, a whole number, true or false", line, key);
      file[key] = {*typed, fmt::format("{} ({})", line, key)};
    }
    return file;
  } catch (const std::ios_base::failure&) {
    return Error::permanent("{}: {}", path, std::strerror(errno));
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    const std::string place = line > 0 ? fmt::format("{} line {}", path, line) : path;
    return Error::permanent("{}: {}", place, error.description());
  }
}

}  // namespace firstcome::cli
