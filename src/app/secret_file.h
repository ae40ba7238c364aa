#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::app {

/// The first line of a file that holds a secret; secrets never stand in argv, environment or logs.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace firstcome::app
