#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::journal {

/// Locks a file, which contains the id of this process, until it is destroyed: one process for each journal.
/// The kernel releases the lock when the process ends, also after a crash.
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
