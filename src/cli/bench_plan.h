#pragma once

#include "cli/config.h"
#include "domain/result.h"
#include "load/plan.h"

namespace firstcome::cli {

/// The plan that the flags of `bench` describe, without the policies. The error names flags that contradict.
Result<load::Plan> bench_plan(const Values& values);

}  // namespace firstcome::cli
