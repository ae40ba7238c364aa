#pragma once

#include <cstdint>
#include <functional>

#include "store/store.h"

/// What the readers of all stores have in common.
namespace firstcome::store {

/// The coupons of a user in the order of (policy id, ordinal): those after `above`, with a policy id up to `up_to`.
struct UserCouponRange {
  UserCouponCursor above;
  PolicyId up_to;
};
UserCouponRange user_coupon_range(std::optional<PolicyId> policy, UserCouponCursor after);

/// One bit for each wanted state: 1 << its number.
std::int32_t state_bits(const CouponFilter& filter);

using TakeCoupon = std::function<void(CouponWithLife)>;
/// Passes on the coupons of a range that have one of the filter's states, by sequence.
using ReadCoupons = std::function<Status(const CouponRange&, const TakeCoupon&)>;

/// See Reader::policy_coupons. `newest`: the newest sequence of the policy. Reads in small ranges, so that a page with
/// a rare state keeps few rows in memory.
Result<PolicyCoupons> page_of(PolicyId policy, std::int64_t after, std::size_t limit,
                              const CouponFilter& filter, std::int64_t newest, const ReadCoupons& read);

}  // namespace firstcome::store
