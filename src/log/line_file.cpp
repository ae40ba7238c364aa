#include "log/line_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace firstcome::log {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

Result<std::unique_ptr<LineFile>> LineFile::open(const std::string& path) {
  int file = STDOUT_FILENO;
  if (path != "-") {
    ASSIGN_OR_RETURN(file, open_file(path));
  }
  std::unique_ptr<LineFile> opened(new LineFile(path, file));
  opened->thread_ = std::thread([lines = opened.get()] { lines->run(); });
  return opened;
}

Result<int> LineFile::open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return Error::permanent("cannot open {}: {}", path, std::strerror(errno));
  return file;
}

LineFile::~LineFile() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
  if (!is_stdout() && file_ >= 0) ::close(file_);
}

void LineFile::append(std::string_view lines, std::uint64_t count) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + lines.size() > kWaitingMost) {
      dropped_.fetch_add(count, std::memory_order_relaxed);
      return;
    }
    first = waiting_.empty();
    waiting_ += lines;
    waiting_lines_ += count;
  }
  if (first) changed_.notify_one();
}

void LineFile::reopen() {
  {
    const std::lock_guard lock(mutex_);
    look_ = true;
  }
  changed_.notify_one();
}

void LineFile::run() {
  pthread_setname_np(pthread_self(), "access-log");
  std::string lines;
  auto next_look = std::chrono::steady_clock::now() + kLookEvery;
  for (bool ending = false; !ending;) {
    std::uint64_t count = 0;
    bool look = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_look, [this] { return !waiting_.empty() || look_ || ending_; });
      lines.swap(waiting_);
      std::swap(count, waiting_lines_);
      std::swap(look, look_);
      ending = ending_;
    }
    const auto now = std::chrono::steady_clock::now();
    if (look || now >= next_look) {
      open_again_if_renamed();
      next_look = now + kLookEvery;
    }
    write(lines, count);
    lines.clear();
  }
}

/// A line is written whole or, if the disk is full, cut: then the rest of `lines` counts as dropped.
void LineFile::write(std::string_view lines, std::uint64_t count) {
  while (!lines.empty()) {
    const ssize_t written = file_ < 0 ? -1 : ::write(file_, lines.data(), lines.size());
    if (written < 0 && file_ >= 0 && errno == EINTR) continue;
    if (written <= 0) {
      dropped_.fetch_add(count, std::memory_order_relaxed);
      return;
    }
    const std::string_view done = lines.substr(0, static_cast<std::size_t>(written));
    for (const char c : done) count -= c == '\n' ? 1 : 0;
    lines.remove_prefix(done.size());
  }
}

void LineFile::open_again_if_renamed() {
  if (is_stdout()) return;
  struct stat named {};
  struct stat opened {};
  const bool same = file_ >= 0 && ::stat(path_.c_str(), &named) == 0 && ::fstat(file_, &opened) == 0 &&
                    named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
  if (same) return;
  const auto file = open_file(path_);
  if (!file) return;  // the folder is missing, for instance: the earlier file stays in use
  if (file_ >= 0) ::close(file_);
  file_ = *file;
}

}  // namespace firstcome::log
