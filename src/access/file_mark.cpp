#include "access/file_mark.h"

#include <sys/stat.h>

namespace firstcome::access {
namespace {

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

}  // namespace

FileMark mark_of(const std::string& path) {
  struct stat seen {};
  if (stat(path.c_str(), &seen) != 0 || !S_ISREG(seen.st_mode)) return {};
  return {.device = seen.st_dev,
          .inode = seen.st_ino,
          .size = seen.st_size,
          .modified_ns = nanoseconds(seen.st_mtim),
          .changed_ns = nanoseconds(seen.st_ctim)};
}

}  // namespace firstcome::access
