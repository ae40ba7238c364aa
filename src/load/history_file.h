#pragma once

#include <span>
#include <string>

#include "load/request_log.h"
#include "load/summary.h"

namespace firstcome::load {

/// Writes the requests and responses as JSON lines, for `firstcome check`: first the policies that the bench created,
/// then the requests of each thread in the order of their responses. Times are ns from the start of the run, negative
/// before it. The error names the file.
Status write_history(const std::string& path, const Summary& summary,
                     std::span<const RequestLog* const> request_logs);

}  // namespace firstcome::load
