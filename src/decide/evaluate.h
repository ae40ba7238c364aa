#pragma once

#include "decide/coupon_owners.h"
#include "domain/decision.h"
#include "domain/policy.h"

// Inline, because these functions run for every record and for every request that admission evaluates.
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

/// What a request depends on, of the coupons of its user in the policy.
struct UserCoupons {
  std::int32_t issued = 0;   ///< ever
  std::int32_t counted = 0;  ///< of these, those that count against perUserLimit
  bool listed = true;        ///< false: the policy has a list, and the user is not on it
};

/// The rules for one request in one state. The decider and admission both use it. ALREADY_ISSUED names the coupon
/// with this ordinal or, for a user at the limit, the newest one. REFUSED: the ordinal is higher than the user's
/// next one, or than any. CLOSED comes before ALREADY_ISSUED, because a policy that is over no longer has its
/// coupon owners in memory.
inline Code evaluate_request(const Policy& policy, Timestamp clock, UserCoupons user, std::int32_t ordinal) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (ordinal <= user.issued || user.counted >= policy.per_user_limit) return Code::AlreadyIssued;
  if (!user.listed) return Code::NotEligible;
  const Code code = evaluate_issue(policy, clock);
  const bool is_next = ordinal == user.issued + 1 && ordinal <= kOrdinalMost;
  return code == Code::Success && !is_next ? Code::Refused : code;
}

}  // namespace firstcome::decide
