#pragma once

#include <cstdint>

#include "domain/result.h"

namespace firstcome::metrics {

/// Figures of this process, from the kernel (proc(5)).
struct ProcessFigures {
  double cpu_seconds = 0;  ///< user and system, all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double start_time_seconds = 0;  ///< since 1970
  std::uint64_t threads = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

Result<ProcessFigures> read_process_figures();

}  // namespace firstcome::metrics
