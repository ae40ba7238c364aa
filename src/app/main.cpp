#include <cstdio>
#include <exception>

#include "app/command_line.h"
#include "app/log.h"
#include "app/verb.h"

namespace firstcome::app {
namespace {

int say(const Message& message) {
  std::fputs(message.text.c_str(), message.exit_code == kFine ? stdout : stderr);
  return message.exit_code;
}

int run(const std::vector<std::string>& words) {
  const std::vector<Verb>& verbs = all_verbs();
  const auto read = read_command_line(words, verbs);
  if (const auto* message = std::get_if<Message>(&read)) return say(*message);
  const auto& [verb, flags] = std::get<Invocation>(read);
  const auto values = merge(verb->options, flags, process_environment());
  if (!values) return say(wrong_usage(verb->name, values.error().message));
  const int code = verb->run(*values);
  log::say_last_repeats();
  return code;
}

}  // namespace
}  // namespace firstcome::app

int main(int argc, char** argv) {
  try {
    return firstcome::app::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "firstcome: %s\n", error.what());
    return firstcome::app::kFailed;
  }
}
