#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::text {

/// toml++ 3.3 does not handle four inputs: a '[' without a name after it, a non-ASCII character where a name is
/// expected, a brace in an array, and a date with a T and no time. Call it before `toml` is parsed; it refuses them: a line
/// that begins with '[' must be one of `tables`, such as "[[key]]", braces and what is not ASCII must be inside of a
/// string or a comment, and a digit must follow the T of a date. So that this function and toml++ cannot disagree on
/// where a string ends, each string must end in its line, and begin and end where a value or a name does. `path` is the
/// name of the file, for errors.
Status refuse_unsafe_toml(std::string_view toml, const std::string& path,
                          std::span<const std::string_view> tables);

}  // namespace firstcome::text
