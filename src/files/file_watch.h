#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domain/time.h"
#include "thread/periodic_thread.h"

namespace firstcome::files {

/// One thread that looks once a second whether files have changed: keys, certificates, everything that is read again
/// while the process runs. Files that belong together, such as a certificate and its key, form a group.
///
///     FileWatch watch;
///     watch.add({"server.pem", "server.key"}, [&] { reload(); });
///     watch.start();
class FileWatch {
 public:
  static constexpr milliseconds kEvery{1'000};
  explicit FileWatch(milliseconds every = kEvery);
  ~FileWatch() { stop(); }
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Before start(). `changed` runs on the thread of the watch, once the files of the group have stayed the same from
  /// one look to the next: a group that is being replaced file by file is read once, complete. A file that is missing
  /// counts as one of its states, and a link counts as the file it leads to.
  void add(std::vector<std::string> files, std::function<void()> changed);
  void start() { thread_.start(); }
  void stop() { thread_.stop(); }
  /// Calls `changed` of every group soon, whether its files have changed or not. Any thread; does not block.
  void read_all_again();

 private:
  /// Device, inode, size and time of change; zeros: there is no such file.
  using State = std::array<std::int64_t, 5>;
  struct Group {
    std::vector<std::string> files;
    std::function<void()> changed;
    std::vector<State> known;  ///< when `changed` was called last
    std::vector<State> seen;   ///< at the last look
  };

  Instant step();
  static State state_of(const std::string& file);
  static std::vector<State> states_of(const Group& group);

  const milliseconds every_;
  std::vector<Group> groups_;
  std::atomic<bool> all_again_{false};
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::files
