#include "cli/command_result.h"

#include <fmt/core.h>

#include <cstdio>

#include "cli/command_line.h"
#include "text/terminal.h"

namespace firstcome::cli {

int fail(std::string_view command, const std::string& what, int exit_code) {
  std::fputs(text::lines_for_terminal(fmt::format("firstcome {}: {}\n", command, what)).c_str(), stderr);
  return exit_code;
}

int fail(std::string_view command, const Error& error, int exit_code) {
  return fail(command, error.text(), exit_code);
}

int refuse(std::string_view command, const std::string& what) {
  const Message message = wrong_usage(command, what);
  std::fputs(message.text.c_str(), stderr);
  return message.exit_code;
}

int refuse(std::string_view command, const Error& error) { return refuse(command, error.text()); }

int print_result(const Values& values, const text::JsonObject& json, const std::string& text, int exit_code) {
  std::fputs(text::lines_for_terminal(values.on("json") ? json.str() + "\n" : text).c_str(), stdout);
  return exit_code;
}

}  // namespace firstcome::cli
