#pragma once

#include <cstdint>
#include <string>

namespace firstcome::access {

/// What tells one content of a file from another without reading it. All zero: there is no such file.
struct FileMark {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  ///< of the rights, too
  bool operator==(const FileMark&) const = default;
};

/// Follows symbolic links. All zero also for a pipe, which can be read only once.
FileMark mark_of(const std::string& path);

}  // namespace firstcome::access
