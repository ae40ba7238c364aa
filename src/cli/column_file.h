#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/result.h"

namespace firstcome::cli {

/// A CSV file with one column. It may have a header, a byte order mark, quotes, empty lines and CR before LF. The file is
/// read several times, so it must be a regular one.
class ColumnFile {
 public:
  using IsHeader = bool (*)(std::string_view first_line);
  /// The rest of a line that is longer than `line_most` bytes is left out.
  ColumnFile(std::string path, std::size_t line_most, IsHeader is_header)
      : path_(std::move(path)), line_most_(line_most), is_header_(is_header) {}

  struct Line {
    std::int64_t number = 0;  ///< 1-based
    std::string_view text;    ///< without blanks and quotes around it
    bool has_quotes = false;
  };
  /// Passes all lines that are neither empty nor the header. Ends early with an error of `each`.
  Status read(const std::function<Status(const Line&)>& each) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const std::size_t line_most_;
  const IsHeader is_header_;
};

/// The lines of a file that cannot be sent.
struct FileProblems {
  static constexpr std::size_t kNamed = 20;
  std::int64_t count = 0;
  std::vector<std::string> named;  ///< the first kNamed

  void add(const std::function<std::string()>& text) {
    if (static_cast<std::size_t>(++count) <= kNamed) named.push_back(text());
  }
};

/// For a person: one line each, and how many more there are.
std::vector<std::string> describe(const FileProblems& problems);

}  // namespace firstcome::cli
