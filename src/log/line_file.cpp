#include "log/line_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>

#include "log/log.h"

namespace firstcome::log {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr int kLookForEndMs = 100;

bool is_pipe(const std::string& path) {
  struct stat seen {};
  return ::stat(path.c_str(), &seen) == 0 && S_ISFIFO(seen.st_mode);
}

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

/// A named pipe is opened for reading, too: so it opens without a reader, and keeps its lines between two of them.
Result<int> LineFile::open_file(const std::string& path) {
  const int kind = is_pipe(path) ? O_RDWR : O_WRONLY | O_CREAT | O_APPEND;
  const int file = ::open(path.c_str(), kind | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return Error::permanent("cannot open {}: {}", path, std::strerror(errno));
  return file;
}

LineFile::~LineFile() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    end_by_ = std::chrono::steady_clock::now() + kEndMost;
  }
  changed_.notify_one();
  thread_.join();
  if (const std::uint64_t lines = dropped(); lines > 0) {
    warn(fmt::format(
        "{} lines of the access log were dropped: the disk is full, or the reader of {} is too slow", lines,
        is_stdout() ? "stdout" : path_));
  }
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
    const std::string_view piece = next_piece(lines);
    const bool writable = file_ >= 0 && wait_until_writable();
    const ssize_t written = writable ? ::write(file_, piece.data(), piece.size()) : -1;
    if (writable && written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) {
      dropped_.fetch_add(count, std::memory_order_relaxed);
      return;
    }
    const std::string_view done = lines.substr(0, static_cast<std::size_t>(written));
    for (const char c : done) count -= c == '\n' ? 1 : 0;
    lines.remove_prefix(done.size());
  }
}

/// What one write() takes without waiting once the file is writable. A pipe, a socket or a terminal that is writable has
/// room for PIPE_BUF bytes; stdout stays in blocking mode, because other programs may share it.
std::string_view LineFile::next_piece(std::string_view lines) const {
  struct stat opened {};
  if (lines.size() <= PIPE_BUF || (::fstat(file_, &opened) == 0 && S_ISREG(opened.st_mode))) return lines;
  const std::size_t line_break = lines.rfind('\n', PIPE_BUF - 1);
  return lines.substr(0, line_break == std::string_view::npos ? PIPE_BUF : line_break + 1);
}

/// False: this object ends, and the file takes no bytes.
bool LineFile::wait_until_writable() {
  for (;;) {
    pollfd ready{file_, POLLOUT, 0};
    if (::poll(&ready, 1, kLookForEndMs) > 0) return true;
    const std::lock_guard lock(mutex_);
    if (ending_ && std::chrono::steady_clock::now() >= end_by_) return false;
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
