#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "domain/result.h"

namespace firstcome::log {

/// A file or pipe to which many threads append lines without waiting for it: a thread of this object writes them. If the
/// disk or the reader of the pipe is slower than the lines come, lines are dropped and counted.
///
/// The file may be renamed at any time (logrotate): within a second, or at once after reopen(), a new file is created
/// under the name.
class LineFile {
 public:
  static constexpr std::size_t kWaitingMost = std::size_t{8}
                                              << 20;  ///< bytes of lines that wait to be written

  static constexpr std::chrono::seconds kEndMost{1};

  /// Creates the file with mode 0600 if it does not exist. "-" is stdout. A named pipe may have no reader yet.
  static Result<std::unique_ptr<LineFile>> open(const std::string& path);
  /// Writes the lines that wait, for at most kEndMost in a pipe that is not read; logs how many were dropped.
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// `lines`: whole lines, each with its line break; `count` of them. Any thread.
  void append(std::string_view lines, std::uint64_t count);
  /// Any thread.
  void reopen();
  /// Lines that were not written: too many waited, or the disk refused them. Any thread.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  LineFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  static Result<int> open_file(const std::string& path);
  void run();
  void write(std::string_view lines, std::uint64_t count);
  bool wait_until_writable();
  [[nodiscard]] std::string_view next_piece(std::string_view lines) const;
  void open_again_if_renamed();
  [[nodiscard]] bool is_stdout() const { return path_ == "-"; }

  const std::string path_;
  int file_;  ///< used by the thread only
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;                           // guarded by mutex_
  std::uint64_t waiting_lines_ = 0;               // guarded by mutex_
  bool look_ = false;                             // guarded by mutex_: reopen() was called
  bool ending_ = false;                           // guarded by mutex_
  std::chrono::steady_clock::time_point end_by_;  // guarded by mutex_, since ending_
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace firstcome::log
