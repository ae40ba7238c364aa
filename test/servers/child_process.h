#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace firstcome::test {

/// Another program, run by a user who is not root. However this process ends, the kernel sends that one
/// `farewell`.
class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> words;  ///< the first is a path
    std::vector<std::string> environment;
    std::string output;  ///< a file that what it prints is appended to
    int farewell = 0;
  };
  explicit ChildProcess(const Command& command);
  /// Sends `farewell` and waits.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits for its end; its exit code, or 128 and the signal.
  int wait();
  /// Kills it and the processes it has started with SIGKILL, and waits until all are gone.
  void kill_all();

 private:
  const int farewell_;
  pid_t pid_ = -1;
};

/// Who runs servers in tests: oneself, or, for root, whom PostgreSQL accepts.
struct Account {
  uid_t user = 0;
  gid_t group = 0;
};
Account unprivileged_account();

}  // namespace firstcome::test
