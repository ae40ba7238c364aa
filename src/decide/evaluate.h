#pragma once

#include "decide/coupon_owners.h"
#include "domain/decision.h"

// Inline, because both functions run for every record and for every request that admission evaluates.
namespace firstcome::decide {

/// The result for a user without a coupon, at this time of the journal's clock: SUCCESS, or the first refusal
/// in the order of the rules.
inline Code evaluate_issue(const Policy& policy, Timestamp clock) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused || policy.state == PolicyState::Importing) return Code::Paused;
  if (policy.active_count >= policy.max_count) return Code::SoldOut;
  return Code::Success;
}

/// The rules for one request in one state. The decider and admission both use it. `held`: the coupon of the
/// user, if any. The limit per user is one coupon, so it is also the only coupon that the user ever got, and
/// it answers every ordinal. CLOSED comes before ALREADY_ISSUED, because a closed policy no longer has its
/// coupon owners in memory. REFUSED: the ordinal is higher than the user's next one.
inline Code evaluate_request(const Policy& policy, Timestamp clock, const std::optional<OwnedCoupon>& held,
                             std::int32_t ordinal) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (held) return Code::AlreadyIssued;
  const Code code = evaluate_issue(policy, clock);
  return code == Code::Success && ordinal > 1 ? Code::Refused : code;
}

}  // namespace firstcome::decide
