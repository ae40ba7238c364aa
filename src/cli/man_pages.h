#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

/// Manual pages, made from the tables of commands and options, in the form of man(7).
namespace firstcome::cli {

struct ManPage {
  std::string file;  ///< "firstcome-policy-create.1"
  std::string text;
};

/// firstcome.1, one page a command, and firstcome.toml.5: the configuration file. `version`: of the program.
std::vector<ManPage> man_pages(std::span<const Command> commands, std::string_view version);

}  // namespace firstcome::cli
