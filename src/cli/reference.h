#pragma once

#include <span>
#include <string>

#include "cli/verb.h"

/// The pages of docs/reference that are made from the tables of verbs and options, as Markdown.
namespace firstcome::cli {

/// docs/reference/command-line.md
std::string command_line_page(std::span<const Verb> verbs);
/// docs/reference/configuration.md: the settings of `serve`, and the variables that other verbs listen to.
std::string configuration_page(std::span<const Verb> verbs);

}  // namespace firstcome::cli
