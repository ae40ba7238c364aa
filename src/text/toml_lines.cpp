#include "text/toml_lines.h"

#include <algorithm>
#include <string>

#include "text/byte_order_mark.h"

namespace firstcome::text {
namespace {

bool is_one_of(char c, std::string_view characters) { return characters.find(c) != std::string_view::npos; }

bool is_control_but_no_tab(char c) {
  return c != '\t' && (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f);
}

/// Removes a string from the front of `line`; `before` is the part of the line before it. The error names the end that is
/// in doubt.
Status skip_string(std::string_view& line, std::string_view before) {
  const char quote = line.front();
  if (!before.empty() && !is_one_of(before.back(), " \t=,[")) {
    return Error::permanent("a quote in the middle of a value; put quotes around the whole value");
  }
  if (line.starts_with(std::string(3, quote))) {
    return Error::permanent(
        "a string of several lines is not supported; write it in one, between two quotes");
  }
  std::size_t end = 1;
  while (end < line.size() && line[end] != quote) end += quote == '"' && line[end] == '\\' ? 2 : 1;
  if (end >= line.size()) {
    return Error::permanent("a string does not end in its line; put the same quote at its end");
  }
  line.remove_prefix(end + 1);
  if (!line.empty() && !is_one_of(line.front(), " \t=,]#")) {
    return Error::permanent("a comma or the end of the line must follow a string");
  }
  return Done{};
}

/// `line` with a blank in place of each string and without its comment.
Result<std::string> bare_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (std::ranges::any_of(line, is_control_but_no_tab)) {
    return Error::permanent("a control character; remove it, or write it as \\u0000 in a string");
  }
  std::string bare;
  while (!line.empty() && line.front() != '#') {
    if (is_one_of(line.front(), "\"'")) {
      RETURN_IF_ERROR(skip_string(line, bare));
      bare += ' ';
    } else {
      bare += line.front();
      line.remove_prefix(1);
    }
  }
  return bare;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `2027-01-01T` without a digit after it.
bool has_date_without_time(std::string_view line) {
  constexpr std::size_t kDate = 10;
  for (std::size_t i = kDate; i < line.size(); ++i) {
    if (line[i] != 'T' && line[i] != 't') continue;
    const std::string_view date = line.substr(i - kDate, kDate);
    const bool is_date = date[4] == '-' && date[7] == '-' && is_digit(date[0]) && is_digit(date[9]);
    if (is_date && (i + 1 == line.size() || !is_digit(line[i + 1]))) return true;
  }
  return false;
}

std::string_view without_blanks_around(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t") + 1 - begin);
}

Status refuse_unsafe_line(std::string_view line, std::span<const std::string_view> tables) {
  ASSIGN_OR_RETURN(const std::string bare, bare_line(line));
  const std::string_view content = without_blanks_around(bare);
  if (content.starts_with('[') && std::ranges::find(tables, content) == tables.end()) {
    if (tables.empty()) return Error::permanent("tables are not supported; write name = value");
    return Error::permanent("a line that begins with '[' must be {}", tables.front());
  }
  if (std::ranges::any_of(bare, [](char c) { return static_cast<unsigned char>(c) > 0x7e; })) {
    return Error::permanent("a non-ASCII character outside of a string; put quotes around the value");
  }
  if (bare.find_first_of("{}") != std::string::npos) {
    return Error::permanent("inline tables are not supported; put quotes around the value");
  }
  if (has_date_without_time(bare)) {
    return Error::permanent("a time such as 00:00:00Z must follow the T of a date");
  }
  return Done{};
}

}  // namespace

Status refuse_unsafe_toml(std::string_view toml, const std::string& path,
                          std::span<const std::string_view> tables) {
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  for (int number = 1; !toml.empty(); ++number) {
    const std::string_view line = toml.substr(0, toml.find('\n'));
    if (const Status status = refuse_unsafe_line(line, tables); !status) {
      return Error::permanent("{} line {}: {}", path, number, status.error().text());
    }
    toml.remove_prefix(std::min(line.size() + 1, toml.size()));
  }
  return Done{};
}

}  // namespace firstcome::text
