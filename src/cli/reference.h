#pragma once

#include <span>
#include <string>

#include "cli/command.h"

/// Pages of docs/reference, made from the tables of commands and options, as Markdown.
namespace firstcome::cli {

/// docs/reference/command-line.md
std::string command_line_page(std::span<const Command> commands);
/// docs/reference/configuration.md: the settings of `serve`, and the environment variables of the other
/// commands.
std::string configuration_page(std::span<const Command> commands);

}  // namespace firstcome::cli
