#pragma once

#include <span>
#include <string>

#include "cli/command.h"

/// Pages of docs/reference, made from the tables of commands and options and from the decider, as Markdown.
namespace firstcome::cli {

/// docs/reference/command-line.md
std::string command_line_page(std::span<const Command> commands);
/// docs/reference/configuration.md: the settings of `serve`, and the environment variables of the other
/// commands.
std::string configuration_page(std::span<const Command> commands);
/// docs/reference/coupon-life.md: every pair of state and command, decided by src/decide.
std::string coupon_life_page();

}  // namespace firstcome::cli
