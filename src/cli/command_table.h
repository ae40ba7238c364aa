#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

/// Looking things up in a table of commands.
namespace firstcome::cli {

/// "policy create" → policy, create
std::vector<std::string> words_of(std::string_view name);
/// First words, each once, in the table's order.
std::vector<std::string> first_words(std::span<const Command> commands);
/// Of the commands that begin with `first`; empty when it is a command by itself, or none.
std::vector<std::string> second_words(std::span<const Command> commands, std::string_view first);

/// nullptr when there is none.
const Command* command_named(std::span<const Command> commands, std::string_view name);
const Option* option_named(const Command& command, std::string_view name);

/// Its summary with a stop.
std::string sentence_of(const Command& command);

}  // namespace firstcome::cli
