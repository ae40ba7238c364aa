#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::journal {

/// Holds a lock file, with this process's id in it, for as long as it lives: one process a journal. The
/// system lets go of it when the process dies, however it dies.
class FileLock {
 public:
  static Result<FileLock> take(const std::string& path, const std::string& what_it_guards);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace firstcome::journal
