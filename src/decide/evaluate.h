#pragma once

#include "decide/coupon_owners.h"
#include "domain/decision.h"

// Inline: both run for every record and for every request that admission looks at.
namespace firstcome::decide {

/// Would the policy issue to a user who holds nothing, at this time of the journal's clock?
/// SUCCESS, or the refusal, in the order of the rules.
inline Code evaluate_issue(const Policy& policy, Timestamp clock) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused || policy.state == PolicyState::Importing) return Code::Paused;
  if (policy.active_count >= policy.max_count) return Code::SoldOut;
  return Code::Success;
}

/// The rules for one request at one state; the decider decides by it and admission refuses by it.
/// `held`: what the user holds, if anything; with a limit of one coupon that is also all they were ever
/// given, so any ordinal is answered with it. CLOSED comes before ALREADY_ISSUED: a closed policy has no user
/// set any more. REFUSED: the ordinal is beyond the user's next one.
inline Code evaluate_request(const Policy& policy, Timestamp clock, const std::optional<OwnedCoupon>& held,
                             std::int32_t ordinal) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (held) return Code::AlreadyIssued;
  const Code code = evaluate_issue(policy, clock);
  return code == Code::Success && ordinal > 1 ? Code::Refused : code;
}

}  // namespace firstcome::decide
