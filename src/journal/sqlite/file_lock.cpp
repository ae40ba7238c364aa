#include "journal/sqlite/file_lock.h"

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace firstcome::journal {
namespace {

std::string process_in(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  pid.erase(pid.find_last_not_of(" \n") + 1);
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, const std::string& what_it_guards) {
  FileLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0) {
    return Error::permanent("cannot create the lock file {}: {}.", path, std::strerror(errno))
        .with_hint("Check that the folder exists and that this user may write in it.");
  }
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error::permanent("cannot lock {}: {}", path, std::strerror(errno));
    return Error::permanent("{} is in use by {}, which has locked {}.", what_it_guards,
                            process_in(lock.descriptor_), path)
        .with_hint("Stop that process first, or use another data folder.");
  }
  const std::string pid = fmt::format("{}\n", getpid());
  // The process id is only for messages, so ignore a failure, for instance of a full disk.
  if (ftruncate(lock.descriptor_, 0) == 0) (void)!pwrite(lock.descriptor_, pid.data(), pid.size(), 0);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace firstcome::journal
