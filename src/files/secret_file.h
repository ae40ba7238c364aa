#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::files {

/// The first line of a file that holds a secret, without a byte order mark and without the line ending of any
/// system: at least 16 characters that an HTTP header transports unchanged. Secrets never appear in argv, the
/// environment or logs. A file that other users may use is refused.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace firstcome::files
