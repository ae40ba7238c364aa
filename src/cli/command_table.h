#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

/// Lookups in a table of commands.
namespace firstcome::cli {

/// "policy create" → policy, create
std::vector<std::string> words_of(std::string_view name);
/// The first word of each command, without duplicates, in the order of the table.
std::vector<std::string> first_words(std::span<const Command> commands);
/// The second words of the commands that begin with `first`; empty if `first` is a command itself, or
/// unknown.
std::vector<std::string> second_words(std::span<const Command> commands, std::string_view first);

/// nullptr: there is none.
const Command* command_named(std::span<const Command> commands, std::string_view name);
const Option* option_named(const Command& command, std::string_view name);

/// The summary as a sentence.
std::string sentence_of(const Command& command);
/// The help with what the table adds: "Maximum wait (default 2s; 0 to 10s; FIRSTCOME_WAIT)".
std::string help_of(const Option& option);

}  // namespace firstcome::cli
