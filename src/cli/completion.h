#pragma once

#include <span>
#include <string>

#include "cli/command.h"

/// Scripts that complete a command line, made from the tables of commands and options. They ask nobody: all
/// words stand in them.
namespace firstcome::cli {

std::string bash_completion(std::span<const Command> commands);
std::string zsh_completion(std::span<const Command> commands);
std::string fish_completion(std::span<const Command> commands);

}  // namespace firstcome::cli
