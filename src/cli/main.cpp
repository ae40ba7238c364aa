#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "cli/command.h"
#include "cli/command_line.h"
#include "log/log.h"

namespace firstcome::cli {
namespace {

/// A process can start with a closed standard descriptor. The next file or socket would get its number, and
/// output would go into it. This opens /dev/null under the number, in a mode in which reads or writes fail.
void occupy_closed_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

/// A large buffer: a failed write then usually happens in the last flush, whose errno is still known.
void buffer_output() {
  static std::array<char, 1 << 18> buffer;
  if (isatty(STDOUT_FILENO) == 0) std::setvbuf(stdout, buffer.data(), _IOFBF, buffer.size());
}

/// Flushes stdout and returns the exit code. It is an error if the output of the command was not written.
int finish_output(const std::string& command, int code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::ferror(stdout) == 0) return code;
  const std::string why = flushed ? "" : std::string(": ") + std::strerror(errno);
  std::fprintf(stderr, "firstcome%s%s: standard output cannot be written%s%s\n", command.empty() ? "" : " ",
               command.c_str(), why.c_str(),
               code == kFine ? ". The command itself succeeded; only its output is lost" : "");
  return code == kFine ? kFailed : code;
}

int print(const Message& message) {
  std::fputs(message.text.c_str(), message.exit_code == kFine ? stdout : stderr);
  return finish_output("", message.exit_code);
}

int run(const std::vector<std::string>& words) {
  occupy_closed_descriptors();
  buffer_output();
  const std::vector<Command>& commands = all_commands();
  const auto read = read_command_line(words, commands);
  if (const auto* message = std::get_if<Message>(&read)) return print(*message);
  const auto& [command, flags] = std::get<Invocation>(read);
  const auto values = merge(command->options, flags, process_environment());
  if (!values) return print(wrong_usage(command->name, values.error().text()));
  const int code = command->run(*values);
  log::log_last_repeats();
  return finish_output(std::string(command->name), code);
}

}  // namespace
}  // namespace firstcome::cli

int main(int argc, char** argv) {
  try {
    return firstcome::cli::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "firstcome: %s\n", error.what());
    return firstcome::cli::kFailed;
  }
}
