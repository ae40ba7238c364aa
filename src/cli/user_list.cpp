#include "cli/user_list.h"

#include <fmt/core.h>

#include <algorithm>

#include "text/terminal.h"

namespace firstcome::cli {
namespace {

/// The rest of a longer line is no id anyway.
constexpr std::size_t kLineMost = 60;

bool is_header(std::string_view text) {
  if (text.empty()) return false;
  const char c = text.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

UserList::UserList(std::string path) : file_(std::move(path), kLineMost, is_header) {}

Status UserList::read(const std::function<Status(const User&)>& each) const {
  return file_.read([&](const ColumnFile::Line& line) -> Status {
    const auto id = parse_id(line.text);
    if (!id) return Error::permanent("{} line {} was changed while it was read.", file_.path(), line.number);
    return each({line.number, UserId{*id}});
  });
}

Result<UserList::Survey> UserList::survey() const {
  Survey survey;
  RETURN_IF_ERROR(file_.read([&](const ColumnFile::Line& line) -> Status {
    if (parse_id(line.text)) {
      ++survey.users;
    } else {
      survey.problems.add([&] {
        return fmt::format("{} line {}: '{}' is not a user id, a whole number from 1 to 9223372036854775807",
                           file_.path(), line.number, text::for_terminal(line.text));
      });
    }
    return Done{};
  }));
  if (survey.problems.count == 0) {
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
    } else {
      survey.problems.add([&] {
        return fmt::format("{} line {}: user {} is already in line {}", file_.path(), user.line,
                           user.id.value, first_line);
      });
    }
    return Done{};
  });
}

}  // namespace firstcome::cli
