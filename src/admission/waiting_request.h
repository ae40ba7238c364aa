#pragma once

#include "admission/reply.h"

namespace firstcome::admission {

/// A request that waits: for its decision, for the database, or for an unknown policy.
struct WaitingRequest {
  Caller caller = 0;
  PolicyId policy;
  UserId user;               ///< 0: a command
  std::int32_t ordinal = 1;  ///< of the requested coupon among the user's coupons of the policy
  Partition partition = 0;
  bool respond_async = false;
  Instant until{};  ///< how long the caller waits for the final answer
};

}  // namespace firstcome::admission
