#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::cli {

/// Where a command writes its data: stdout, or a file that only its owner can read and that has its name only once it is
/// complete. Until then it is NAME.new, which is removed after an error.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Without a call, the output is stdout. A device or a pipe gets the data directly.
  Status open(const std::string& path);
  /// The caller reports an error, also of stdout.
  Status write(std::string_view bytes);
  /// Gives the complete file its name.
  Status finish();

  [[nodiscard]] bool is_stdout() const { return path_.empty(); }
  [[nodiscard]] bool is_terminal() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[nodiscard]] Error failed() const;

  std::string path_;      ///< empty: stdout
  std::string new_path_;  ///< the name until it is complete; empty: none
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace firstcome::cli
