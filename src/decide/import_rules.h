#pragma once

#include "decide/coupon_owners.h"
#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome::decide {

/// None if the policy can accept the coupons of this chunk as its next coupons, else the reason. Does not
/// check the total of the last chunk.
RefusalReason validate_chunk(const ImportChunk& chunk, const Policy& policy, const CouponOwners& owners);

/// The command as the table policy_change stores it: an import without its coupons, which the table coupon
/// has.
PolicyCommand for_history(const PolicyCommand& command);

}  // namespace firstcome::decide
