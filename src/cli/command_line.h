#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/verb.h"

namespace firstcome::cli {

struct Invocation {
  const Verb* verb = nullptr;
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
                                                    std::span<const Verb> verbs);

/// A complaint about how a verb was called, with a pointer to its help.
Message wrong_usage(std::string_view verb, const std::string& what);

}  // namespace firstcome::cli
