#pragma once

#include <memory>
#include <string>

#include "domain/result.h"
#include "replica/policy_snapshots.h"
#include "store/store.h"
#include "ticket/coupon_code.h"

namespace firstcome::api {

/// The codes of coupons for answers from rows. Used by one thread.
class CodeLookup {
 public:
  CodeLookup(const replica::PolicySnapshots& snapshots, const CouponCodes& codes)
      : snapshots_(snapshots), codes_(codes) {}

  /// Empty: the coupon has no code. `policy`: of the coupon. An imported code is in memory, or in the store if the policy is
  /// over.
  Result<std::string> code_of(const Policy& policy, const store::CouponRow& row, store::Reader& reader) const;
  /// The same with the policy from memory, or from the store if memory has only its id.
  Result<std::string> code_of(const store::CouponRow& row, store::Reader& reader);

 private:
  const replica::PolicySnapshots& snapshots_;
  const CouponCodes& codes_;
  std::shared_ptr<const replica::PolicySnapshot> last_;  ///< the coupons of a policy come one after the other
  Policy stored_;                                        ///< read last from the store
};

/// The code of a coupon for an answer without its row. Empty: it has none. `view`: of its policy, null if memory has only
/// its id or nothing of it.
std::string code_of(const CouponCodes& codes, const replica::PolicySnapshot* view, std::int64_t sequence,
                    UserId user);

}  // namespace firstcome::api
