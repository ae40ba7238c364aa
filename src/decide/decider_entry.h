#pragma once

#include <algorithm>
#include <memory>

#include "decide/coupon_lives.h"
#include "decide/decider.h"
#include "decide/evaluate.h"

namespace firstcome::decide {

/// A policy in memory with all that its decisions need.
struct Decider::Entry {
  Policy policy;
  CouponOwners owners;
  CouponLives lives;
  EligibleUsers listed;
  std::shared_ptr<ImportedCodes> codes;   ///< null if the policy has none or is over
  IdMap<UserId, std::int32_t> gave_back;  ///< number of coupons whose place the user gave back
  std::uint64_t terms_hash = 0;           ///< included in the state hash
  std::uint64_t counts_hash = 0;          ///< included in the state hash
  std::uint64_t loaded_coupons_hash =
      0;                            ///< sum over the loaded coupons; must be equal to policy.coupons_hash
  std::uint64_t imported_hash = 0;  ///< during an import: sum over the coupons so far
  bool touched = false;

  /// `issued`: the coupons that the user was ever issued.
  [[nodiscard]] UserCoupons coupons_of(UserId user, std::int32_t issued) const {
    const bool is_listed = policy.eligible == Eligible::Everyone || issued > 0 || listed.contains(user);
    if (!policy.reissue || issued == 0) return {issued, issued, is_listed};
    const auto found = gave_back.find(user);
    return {issued, found == gave_back.end() ? issued : issued - found->second, is_listed};
  }
  /// True if a user has more coupons that count against perUserLimit.
  [[nodiscard]] bool anyone_holds_more_than(std::int32_t limit) const {
    return std::ranges::any_of(owners.users_with(limit + 1), [&](UserId user) {
      return coupons_of(user, owners.find(user)->ordinal).counted > limit;
    });
  }
};

}  // namespace firstcome::decide
