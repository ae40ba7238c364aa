#pragma once

#include <optional>

#include "admission/reply.h"
#include "decide/evaluate.h"

namespace firstcome::admission {

/// Callers request the first coupon of a user: a policy gives each user one.
inline constexpr std::int32_t kOrdinal = 1;

/// The decider's own check at the position `reply.as_of`. Returns the refusal, or nothing if the request can win.
/// NOT_STARTED also needs the clock of this machine to be more than `start_slack` before the start, because the policy
/// may have started since that position.
inline std::optional<Reply> early_refusal(Reply reply, const Policy& policy,
                                          const std::optional<decide::OwnedCoupon>& held, Timestamp wall,
                                          milliseconds start_slack) {
  const Code code = decide::evaluate_request(policy, reply.as_of->clock, held, kOrdinal);
  if (code == Code::Success) return std::nullopt;
  if (code == Code::NotStarted) {
    if (wall + start_slack >= *policy.issue_starts_at) return std::nullopt;
    reply.issue_starts_at = policy.issue_starts_at;
  }
  reply.decision.code = code;
  if (code == Code::AlreadyIssued) {
    reply.decision.sequence = held->sequence;
    reply.decision.issued_at = held->issued_at;
  }
  return reply;
}

}  // namespace firstcome::admission
