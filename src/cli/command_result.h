#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"
#include "domain/result.h"
#include "text/json_object.h"

namespace firstcome::cli {

// How commands end: each of these prints, and returns the exit code.

/// Why `command` failed, on stderr.
int fail(std::string_view command, const std::string& what, int exit_code = kFailed);
int fail(std::string_view command, const Error& error, int exit_code = kFailed);

/// What is wrong with how `command` was called, on stderr, with a pointer to its help.
int refuse(std::string_view command, const std::string& what);

/// The result on stdout: one JSON object with --json, else `words`, which end their own lines.
int print_result(const Values& values, const text::JsonObject& json, const std::string& words,
                 int exit_code = kFine);

}  // namespace firstcome::cli
