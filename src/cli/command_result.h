#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"
#include "domain/result.h"
#include "text/json_object.h"

namespace firstcome::cli {

// Each function prints the end of a command and returns the exit code.

/// Prints why `command` failed, to stderr.
int fail(std::string_view command, const std::string& what, int exit_code = kFailed);
int fail(std::string_view command, const Error& error, int exit_code = kFailed);

/// Prints an error of usage, with a pointer to the help of `command`, to stderr.
int refuse(std::string_view command, const std::string& what);
int refuse(std::string_view command, const Error& error);

/// Prints the result to stdout: one JSON object with --json, otherwise `text`, which ends with a line break.
int print_result(const Values& values, const text::JsonObject& json, const std::string& text,
                 int exit_code = kFine);

}  // namespace firstcome::cli
