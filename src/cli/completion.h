#pragma once

#include <span>
#include <string>

#include "cli/verb.h"

/// Scripts that complete a command line, made from the tables of verbs and options. They ask nobody: all
/// words stand in them.
namespace firstcome::cli {

std::string bash_completion(std::span<const Verb> verbs);
std::string zsh_completion(std::span<const Verb> verbs);
std::string fish_completion(std::span<const Verb> verbs);

}  // namespace firstcome::cli
