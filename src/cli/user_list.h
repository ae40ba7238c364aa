#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/result.h"

namespace firstcome::cli {

/// A file with one user id a line: a CSV file with one column. It may have a header, a byte order mark, quotes, empty
/// lines and CR before LF. The file is read several times, so it must be a regular one.
class UserList {
 public:
  explicit UserList(std::string path) : path_(std::move(path)) {}

  struct Survey {
    std::int64_t users = 0;
    std::int64_t problem_count = 0;
    std::vector<std::string>
        problems;  ///< the first kProblemsNamed lines with an invalid id, or else the first duplicates
  };
  static constexpr std::size_t kProblemsNamed = 20;
  /// Reads the whole file. Uses 8 bytes of memory a user.
  [[nodiscard]] Result<Survey> survey() const;

  struct User {
    std::int64_t line = 0;  ///< 1-based
    UserId id;
  };
  /// Reads the users in the order of the file. Ends early with an error of `each`.
  Status read(const std::function<Status(const User&)>& each) const;

 private:
  using EachLine = std::function<Status(std::int64_t number, std::string_view text)>;
  /// The lines with an id, or with something that is none.
  Status read_lines(const EachLine& each) const;
  Status find_duplicates(Survey& survey) const;

  const std::string path_;
};

/// The message about the problems of `list`, for a person: one line each, and how many more there are.
std::vector<std::string> describe_problems(const UserList::Survey& survey);

}  // namespace firstcome::cli
