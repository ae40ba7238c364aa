#pragma once

#include <span>

#include "check/evidence.h"
#include "load/summary.h"

namespace firstcome::load {

/// The evidence of a run for check::judge(), equal to that of `firstcome check` on the file of `--history`.
check::Evidence evidence_of(const Plan& plan, Tick start, std::span<const BenchPolicy> policies,
                            std::span<const RequestLog* const> request_logs);

}  // namespace firstcome::load
