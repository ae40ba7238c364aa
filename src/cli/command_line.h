#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace firstcome::cli {

struct Invocation {
  const Command* command = nullptr;
  Flags flags;
};

/// Instead of an invocation: the program prints `text` (help to stdout, an error to stderr) and exits with
/// `exit_code`.
struct Message {
  int exit_code = 0;
  std::string text;
};

/// `words`: the command line without the name of the program.
std::variant<Invocation, Message> read_command_line(const std::vector<std::string>& words,
                                                    std::span<const Command> commands);

/// An error of usage, with a pointer to the help of the command.
Message wrong_usage(std::string_view command, const std::string& what);

}  // namespace firstcome::cli
