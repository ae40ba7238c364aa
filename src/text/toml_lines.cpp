#include "text/toml_lines.h"

#include <algorithm>
#include <vector>

#include "text/byte_order_mark.h"

namespace firstcome::text {
namespace {

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
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

}  // namespace

Status refuse_unsafe_toml(std::string_view toml, const std::string& path,
                          std::span<const std::string_view> tables) {
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  int number = 0;
  for (const std::string& line : bare_lines(toml)) {
    const std::string where = fmt::format("{} line {}", path, ++number);
    const std::string_view bare = without_blanks_around(line);
    if (bare.starts_with('[') && std::ranges::find(tables, bare) == tables.end()) {
      if (tables.empty()) return Error::permanent("{}: tables are not supported; write name = value", where);
      return Error::permanent("{}: a line that begins with '[' must be {}", where, tables.front());
    }
    if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; })) {
      return Error::permanent("{}: a non-ASCII character outside of a string; put quotes around the value",
                              where);
    }
    if (line.find_first_of("{}") != std::string::npos) {
      return Error::permanent("{}: inline tables are not supported; put quotes around the value", where);
    }
    if (has_date_without_time(line)) {
      return Error::permanent("{}: a time such as 00:00:00Z must follow the T of a date", where);
    }
  }
  return Done{};
}

}  // namespace firstcome::text
