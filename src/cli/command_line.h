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

/// Nothing is to be run: `text` is to be printed (help on stdout, a complaint on stderr) and `exit_code`
/// returned.
struct Message {
  int exit_code = 0;
  std::string text;
};

/// `words`: the command line without the program's name.
std::variant<Invocation, Message> read_command_line(const std::vector<std::string>& words,
                                                    std::span<const Command> commands);

/// A complaint about how a command was called, with a pointer to its help.
Message wrong_usage(std::string_view command, const std::string& what);

}  // namespace firstcome::cli
