#pragma once

#include <span>
#include <string>

#include "cli/command.h"

/// Completion scripts for shells, made from the tables of commands and options. A script contains every word,
/// so it starts no process.
namespace firstcome::cli {

std::string bash_completion(std::span<const Command> commands);
std::string zsh_completion(std::span<const Command> commands);
std::string fish_completion(std::span<const Command> commands);

}  // namespace firstcome::cli
