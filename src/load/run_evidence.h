#pragma once

#include <span>

#include "check/evidence.h"
#include "load/summary.h"

namespace firstcome::load {

/// What a run was told, for the judge: the same that `firstcome check` reads from the file of `--history`.
check::Evidence evidence_of(const Plan& plan, Tick start, std::span<const PolicySeen> policies,
                            std::span<const RequestLog* const> request_logs);

}  // namespace firstcome::load
