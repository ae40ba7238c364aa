#include "java_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "domain/check.h"
#include "kafka_cluster.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace firstcome::test {

JavaProgram::JavaProgram(const std::vector<std::string>& words) {
  std::vector<std::string> all{"java",
                               "-XX:+UseSerialGC",
                               "-XX:TieredStopAtLevel=1",
                               "-Xmx128m",
                               "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                               "-cp",
                               kafka().classpath()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : all) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  int to_program[2];
  int from_program[2];
  CHECK(pipe2(to_program, O_CLOEXEC) == 0 && pipe2(from_program, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, to_program[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, from_program[1], STDOUT_FILENO);
  CHECK(posix_spawnp(&process_, "java", &files, nullptr, pointers.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&files);
  close(to_program[0]);
  close(from_program[1]);
  to_program_ = to_program[1];
  from_program_ = from_program[0];
}

JavaProgram::~JavaProgram() {
  end();
  close(to_program_);
  close(from_program_);
}

void JavaProgram::end() {
  if (process_ < 0) return;
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string JavaProgram::read_line() const {
  std::string line;
  for (char one = 0; read(from_program_, &one, 1) == 1 && one != '\n';) line += one;
  return line;
}

void JavaProgram::send_line(const std::string& line) const {
  const std::string bytes = line + '\n';
  CHECK(write(to_program_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace firstcome::test
