#pragma once

#include <optional>
#include <string>

#include "domain/time.h"

namespace firstcome::api {

/// Applies one row of policy_change to a policy's start: left alone unless the command names issueStartsAt.
void read_issue_start(const std::string& command, std::optional<Timestamp>& start);

}  // namespace firstcome::api
