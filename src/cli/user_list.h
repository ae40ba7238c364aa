#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/column_file.h"
#include "domain/ids.h"
#include "domain/result.h"

namespace firstcome::cli {

/// A file with one user id a line. A first line that begins with a letter is a header.
class UserList {
 public:
  explicit UserList(std::string path);

  struct Survey {
    std::int64_t users = 0;
    FileProblems problems;  ///< the lines with an invalid id, or else the duplicates
  };
  /// Reads the whole file. Uses 8 bytes of memory a user.
  [[nodiscard]] Result<Survey> survey() const;

  struct User {
    std::int64_t line = 0;  ///< 1-based
    UserId id;
  };
  /// Reads the users in the order of the file. Ends early with an error of `each`.
  Status read(const std::function<Status(const User&)>& each) const;

 private:
  Status find_duplicates(Survey& survey) const;

  const ColumnFile file_;
};

}  // namespace firstcome::cli
