#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::text {

/// toml++ 3.3 does not handle two inputs: a '[' without a name after it, and a non-ASCII character where a name is
/// expected. Refuses both, before it parses `toml`: a line that begins with '[' must be one of `tables`, such as
/// "[[key]]", and what is not ASCII must be inside of a string or a comment. `path` is the name of the file, for errors.
Status refuse_unsafe_toml(std::string_view toml, const std::string& path,
                          std::span<const std::string_view> tables);

}  // namespace firstcome::text
