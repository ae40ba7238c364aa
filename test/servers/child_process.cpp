#include "servers/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "domain/check.h"

namespace firstcome::test {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const ChildProcess::Command& command, const Account& account, pid_t parent,
                         int output, char* const* words, char* const* environment) {
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (geteuid() == 0 &&
      (setgroups(0, nullptr) != 0 || setgid(account.group) != 0 || setuid(account.user) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, command.farewell);  // after setuid, which forgets it
  if (getppid() != parent) _exit(126);
  execve(words[0], words, environment);
  _exit(127);
}

}  // namespace

Account unprivileged_account() {
  if (geteuid() != 0) return {geteuid(), getegid()};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) return {entry->pw_uid, entry->pw_gid};
  }
  return {65534, 65534};
}

ChildProcess::ChildProcess(const Command& command) : farewell_(command.farewell) {
  const int output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  CHECK(output >= 0);
  auto words = pointers(command.words);
  auto environment = pointers(command.environment);
  const Account account = unprivileged_account();
  const pid_t parent = getpid();
  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) become(command, account, parent, output, words.data(), environment.data());
  close(output);
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill(pid_, farewell_);
  wait();
}

int ChildProcess::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) CHECK(errno == EINTR);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::kill_all() {
  // Orphans become ours, so that they can be waited for.
  CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  CHECK(kill(pid_, SIGSTOP) == 0);  // it starts no more
  std::ifstream list("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; list >> child;) children.push_back(child);
  for (const pid_t child : children) kill(child, SIGKILL);
  kill(pid_, SIGKILL);
  wait();
  for (const pid_t child : children) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace firstcome::test
