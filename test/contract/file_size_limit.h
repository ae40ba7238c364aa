#pragma once

#include <sys/resource.h>

#include <csignal>

#include "domain/check.h"

namespace firstcome::test {

/// Limits the size of all files of this process until the destructor: writes fail as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    CHECK(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    set(bytes);
  }
  ~FileSizeLimit() {
    lift();
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  void lift() const { set(before_.rlim_cur); }

 private:
  void set(rlim_t bytes) const {
    const rlimit wanted{bytes, before_.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &wanted) == 0);
  }
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace firstcome::test
