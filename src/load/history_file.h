#pragma once

#include <span>
#include <string>

#include "load/request_log.h"
#include "load/summary.h"

namespace firstcome::load {

/// Writes what was asked and told as JSON lines, for `firstcome check`: the policies that the bench made,
/// then each thread's requests in the order of their answers. Times are ns from the start of the run; before
/// it, less than 0. The error names the file.
Status write_history(const std::string& path, const Summary& summary,
                     std::span<const RequestLog* const> request_logs);

}  // namespace firstcome::load
