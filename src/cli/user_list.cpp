#include "cli/user_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "text/byte_order_mark.h"
#include "text/grouped.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

/// The rest of a longer line is no id anyway.
constexpr std::size_t kLineMost = 60;
constexpr std::size_t kReadBytes = 1 << 16;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view text) {
  const bool has_quotes = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return has_quotes ? trimmed(text.substr(1, text.size() - 2)) : text;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

Status UserList::read_lines(const EachLine& each) const {
  const auto failed = [&] { return Error::permanent("cannot read {}: {}.", path_, std::strerror(errno)); };
  std::error_code ignored;
  const auto kind = std::filesystem::status(path_, ignored);
  if (std::filesystem::exists(kind) && !std::filesystem::is_regular_file(kind)) {
    return Error::permanent("{} is not a regular file.", path_)
        .with_hint("The list is read several times. Save it in a file first.");
  }
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path_.c_str(), "rb"));
  if (!file) return failed();
  std::array<char, kReadBytes> bytes;
  std::string line;
  std::int64_t number = 1;
  const auto end_line = [&]() -> Status {
    std::string_view text = line;
    if (number == 1 && text.starts_with(text::kByteOrderMark))
      text.remove_prefix(text::kByteOrderMark.size());
    text = unquoted(trimmed(text));
    const bool is_header = number == 1 && !text.empty() && is_letter(text.front());
    if (!text.empty() && !is_header) {
      RETURN_IF_ERROR(each(number, text));
    }
    line.clear();
    ++number;
    return Done{};
  };
  for (;;) {
    const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file.get());
    if (count == 0 && std::ferror(file.get()) != 0) return failed();
    if (count == 0) return line.empty() ? Status(Done{}) : end_line();
    for (const char c : std::string_view(bytes.data(), count)) {
      if (c == '\n') {
        RETURN_IF_ERROR(end_line());
      } else if (line.size() < kLineMost) {
        line += c;
      }
    }
  }
}

Status UserList::read(const std::function<Status(const User&)>& each) const {
  return read_lines([&](std::int64_t number, std::string_view text) -> Status {
    const auto id = parse_id(text);
    if (!id) return Error::permanent("{} line {} was changed while it was read.", path_, number);
    return each({number, UserId{*id}});
  });
}

Result<UserList::Survey> UserList::survey() const {
  Survey survey;
  RETURN_IF_ERROR(read_lines([&](std::int64_t number, std::string_view text) -> Status {
    if (parse_id(text)) {
      ++survey.users;
    } else if (++survey.problem_count <= static_cast<std::int64_t>(kProblemsNamed)) {
      survey.problems.push_back(
          fmt::format("{} line {}: '{}' is not a user id, a whole number from 1 to 9223372036854775807",
                      path_, number, text::for_terminal(text)));
    }
    return Done{};
  }));
  if (survey.problem_count == 0) {
    RETURN_IF_ERROR(find_duplicates(survey));
  }
  return survey;
}

Status UserList::find_duplicates(Survey& survey) const {
  std::vector<std::int64_t> ids;
  ids.reserve(static_cast<std::size_t>(survey.users));
  RETURN_IF_ERROR(read([&](const User& user) -> Status {
    ids.push_back(user.id.value);
    return Done{};
  }));
  std::ranges::sort(ids);
  std::vector<std::int64_t> repeated;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (ids[i] == ids[i - 1] && (repeated.empty() || repeated.back() != ids[i])) repeated.push_back(ids[i]);
  }
  if (repeated.empty()) return Done{};
  std::vector<std::int64_t> first_lines(repeated.size(), 0);
  return read([&](const User& user) -> Status {
    const auto found = std::ranges::lower_bound(repeated, user.id.value);
    if (found == repeated.end() || *found != user.id.value) return Done{};
    std::int64_t& first_line = first_lines[static_cast<std::size_t>(found - repeated.begin())];
    if (first_line == 0) {
      first_line = user.line;
    } else if (++survey.problem_count <= static_cast<std::int64_t>(kProblemsNamed)) {
      survey.problems.push_back(fmt::format("{} line {}: user {} is already in line {}", path_, user.line,
                                            user.id.value, first_line));
    }
    return Done{};
  });
}

std::vector<std::string> describe_problems(const UserList::Survey& survey) {
  std::vector<std::string> lines = survey.problems;
  const auto more = survey.problem_count - static_cast<std::int64_t>(lines.size());
  if (more > 0) lines.push_back(fmt::format("and {} more", text::counted(more, "line")));
  return lines;
}

}  // namespace firstcome::cli
