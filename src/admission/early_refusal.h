#pragma once

#include <optional>

#include "admission/reply.h"
#include "decide/evaluate.h"

namespace firstcome::admission {

/// The decider's own check at the position `reply.as_of`, for the coupon with the ordinal `reply.ordinal`. Returns the
/// refusal, or nothing if the request can win. `held`: the user's coupon with this ordinal, or the newest if the user has
/// fewer. `listed`: false if the policy has a list without this user. NOT_STARTED also needs the clock of this machine to be more than `start_slack` before the start, because the
/// policy may have started since that position.
inline std::optional<Reply> early_refusal(Reply reply, const Policy& policy,
                                          const std::optional<decide::OwnedCoupon>& held, bool listed,
                                          Timestamp wall, milliseconds start_slack) {
  const std::int32_t issued = held ? held->ordinal : 0;
  // Only the decider knows whose places came back.
  const bool may_count_less = policy.reissue && policy.cancelled_count > 0;
  if (may_count_less && reply.ordinal > issued && issued >= policy.per_user_limit) return std::nullopt;
  const Code code =
      decide::evaluate_request(policy, reply.as_of->clock, {issued, issued, listed}, reply.ordinal);
  if (code == Code::Success) return std::nullopt;
  if (code == Code::NotStarted) {
    if (wall + start_slack >= *policy.issue_starts_at) return std::nullopt;
    reply.issue_starts_at = policy.issue_starts_at;
  }
  reply.decision.code = code;
  if (code == Code::Refused) return std::nullopt;  // the decider names the reason
  if (code == Code::AlreadyIssued) {
    reply.decision.sequence = held->sequence;
    reply.decision.issued_at = held->issued_at;
    reply.decision.ordinal = held->ordinal;
  }
  return reply;
}

}  // namespace firstcome::admission
