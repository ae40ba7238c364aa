#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::cli {

/// The first line of a file that holds a secret, without its end in whatever system's way: 16 characters or
/// more that a header carries as they are. Secrets never stand in argv, environment or logs.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace firstcome::cli
