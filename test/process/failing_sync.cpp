// Preloaded into a server: makes fsync and fdatasync of some files fail at a test's command.
// FAILING_SYNC_OF: the end of the names of these files. FAILING_SYNC_ORDER: a file with the number of next calls
// that fail; each failure decrements it.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <string>

namespace {

std::string name_of(int descriptor) {
  char name[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), name, sizeof name);
  return {name, length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool take_order() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const char* path = std::getenv("FAILING_SYNC_ORDER");
  const int order = path != nullptr ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (order < 0) return false;
  char left = '0';
  const bool fails = pread(order, &left, 1, 0) == 1 && left > '0';
  --left;
  const bool counted = fails && pwrite(order, &left, 1, 0) == 1;
  close(order);
  return counted;
}

int sync(int descriptor, long call) {
  const char* of = std::getenv("FAILING_SYNC_OF");
  if (of != nullptr && name_of(descriptor).ends_with(of) && take_order()) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(call, descriptor));
}

}  // namespace

extern "C" int fsync(int descriptor) { return sync(descriptor, SYS_fsync); }
extern "C" int fdatasync(int descriptor) { return sync(descriptor, SYS_fdatasync); }
