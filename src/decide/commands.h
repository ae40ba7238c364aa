#pragma once

#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome::decide {

/// What a command would make of a policy (for a create: of an empty one). None and `policy` changed in
/// place, or the reason it is refused and `policy` as it was. Counts and revision are not touched,
/// and whether an import's coupons fit is for the decider to say, who knows the owners.
RefusalReason carry_out(const PolicyCommand& command, Policy& policy);

}  // namespace firstcome::decide
