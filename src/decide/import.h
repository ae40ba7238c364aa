#pragma once

#include "decide/coupon_owners.h"
#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome::decide {

/// Would the policy take this chunk's coupons as its next ones? None, or why not. The total of the last
/// chunk is not looked at.
RefusalReason check_chunk(const ImportChunk& chunk, const Policy& policy, const CouponOwners& owners);

/// The command as policy_change keeps it: an import without its coupons, which stand in `coupon` already.
PolicyCommand for_history(const PolicyCommand& command);

}  // namespace firstcome::decide
