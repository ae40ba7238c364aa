#pragma once

#include "decide/holders.h"
#include "domain/decision.h"

namespace firstcome::decide {

/// Would the policy issue to a user who holds nothing, at this time of the journal's clock?
/// SUCCESS, or the refusal, in the order of the rules.
Code check_issue(const Policy& policy, Timestamp clock);

/// The rules for one request at one state; the decider decides by it and admission refuses by it.
/// `held`: what the user holds, or null. CLOSED comes before ALREADY_ISSUED: a closed policy has no
/// user set any more.
Code check_request(const Policy& policy, Timestamp clock, const Holding* held);

}  // namespace firstcome::decide
