#pragma once

#include "check/evidence.h"
#include "check/report.h"

namespace firstcome::check {

/// All checks that the evidence is enough for, in near-linear time. `words_most`: of each check's violations,
/// how many to put into words.
Report judge(const Evidence& evidence, std::size_t words_most = 5);

}  // namespace firstcome::check
