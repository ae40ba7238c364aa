#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/column_file.h"
#include "domain/result.h"

namespace firstcome::cli {

/// A file with one code a line. A first line "code", "codes" or "coupon_code", in upper or lower case, is a header.
class CodeFile {
 public:
  explicit CodeFile(std::string path);

  struct Survey {
    std::int64_t codes = 0;
    FileProblems problems;  ///< the lines with an invalid code, or else the duplicates; without the codes
  };
  /// Reads the whole file. Uses 8 bytes of memory a code.
  [[nodiscard]] Result<Survey> survey() const;

  struct Entry {
    std::int64_t line = 0;  ///< 1-based
    std::string_view code;
  };
  /// Reads the codes in the order of the file. Ends early with an error of `each`.
  Status read(const std::function<Status(const Entry&)>& each) const;
  /// The line of the code at this 1-based position; 0: none.
  [[nodiscard]] std::int64_t line_of(std::int64_t position) const;

 private:
  Status find_duplicates(Survey& survey) const;

  const ColumnFile file_;
};

}  // namespace firstcome::cli
