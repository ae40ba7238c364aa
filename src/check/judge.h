#pragma once

#include "check/evidence.h"
#include "check/report.h"

namespace firstcome::check {

/// Runs all checks that the evidence allows, in near-linear time. `texts_max`: number of violations of each
/// check that get a text.
Report judge(const Evidence& evidence, std::size_t texts_max = 5);

}  // namespace firstcome::check
