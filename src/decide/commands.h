#pragma once

#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome::decide {

/// Applies a command to a policy in place (a create: to an empty one) and returns None. If the command is
/// refused, returns the reason and does not change `policy`. Never changes counts and revision. The decider
/// checks the coupons of an import, because it has the coupon owners. `clock`: of the journal. A policy that is
/// closed during its import was imported in part, so its coupons are valid until then.
RefusalReason apply_command(const PolicyCommand& command, Timestamp clock, Policy& policy);

}  // namespace firstcome::decide
