#pragma once

#include "audit/difference.h"
#include "audit/start.h"
#include "audit/stored_rows.h"
#include "decide/decider.h"

namespace firstcome::audit {

/// Compares the rows of one partition's policies with the decisions of the replay. Both sides have the coupons and
/// changes of a policy in the same order, so this is a merge.
class RowComparison {
 public:
  RowComparison(RowsBeforeStart before, const StoredPartition& stored, Differences& differences);

  void issued(const Coupon& coupon);
  void changed(const PolicyChange& change);
  /// At the end of the saved records: compares the policies, and reports rows that the replay did not make.
  void finish(const decide::Decider& decider);

 private:
  /// The next rows of a policy to compare.
  struct Merge {
    const StoredPolicy* stored;
    std::size_t coupon = 0;
    std::size_t change = 0;
  };
  Merge& find(PolicyId policy);
  void report_extra_coupons(PolicyId policy, Merge& merge, std::int64_t before_sequence);
  void report_extra_changes(PolicyId policy, Merge& merge, std::int64_t before_revision);
  void compare(const Coupon& coupon, const StoredCoupon& row);
  void compare(const PolicyChange& change, const store::StoredChange& row);
  void compare(const Policy& replayed, const Policy& saved);
  void add(Difference::About about, PolicyId policy, const std::string& text);

  const RowsBeforeStart before_;
  Differences& differences_;
  IdMap<PolicyId, Merge> merges_;
  PolicyId last_policy_;
  Merge* last_ = nullptr;  ///< of last_policy_
};

}  // namespace firstcome::audit
