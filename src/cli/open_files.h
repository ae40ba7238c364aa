#pragma once

#include <cstdint>

namespace firstcome::cli {

/// Raises this process's limit of open files, the connections among them, to what an unprivileged process may
/// have at most; as root to `wanted`, where that is more. Returns the limit that holds then.
std::int64_t allow_open_files(std::int64_t wanted);

}  // namespace firstcome::cli
