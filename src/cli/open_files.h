#pragma once

#include <cstdint>

namespace firstcome::cli {

/// Raises the limit of open files (which include connections) to the hard limit; with the privilege, to
/// `wanted` if that is more. Returns the new limit.
std::int64_t allow_open_files(std::int64_t wanted);

}  // namespace firstcome::cli
