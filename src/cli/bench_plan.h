#pragma once

#include "cli/config.h"
#include "domain/result.h"
#include "load/plan.h"

namespace firstcome::cli {

/// What the flags of `bench` ask for, but for the policies. The error: flags that contradict each other.
Result<load::Plan> bench_plan(const Values& values);

}  // namespace firstcome::cli
