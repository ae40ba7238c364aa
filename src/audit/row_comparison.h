#pragma once

#include "audit/difference.h"
#include "audit/start.h"
#include "audit/stored_rows.h"
#include "decide/decider.h"

namespace firstcome::audit {

/// Compares the rows of one partition's policies with what the replay makes, as it makes it: coupons and
/// changes come from both sides in the same order within a policy, so this is a merge.
class RowComparison {
 public:
  RowComparison(Given given, const StoredPartition& stored, Differences& differences);

  void issued(const Coupon& coupon);
  void changed(const PolicyChange& change);
  /// The replay has come to the end of what is saved: policies, and rows that are left over.
  void finish(const decide::Decider& decider);

 private:
  /// How far a policy's rows are compared.
  struct Merge {
    const StoredPolicy* stored;
    std::size_t coupon = 0;
    std::size_t change = 0;
  };
  Merge& find(PolicyId policy);
  void left_over_coupons(PolicyId policy, Merge& merge, std::int64_t before_sequence);
  void left_over_changes(PolicyId policy, Merge& merge, std::int64_t before_revision);
  void compare(const Coupon& coupon, const StoredCoupon& row);
  void compare(const PolicyChange& change, const store::StoredChange& row);
  void compare(const Policy& replayed, const Policy& saved);
  void add(Difference::About about, PolicyId policy, const std::string& text);

  const Given given_;
  const StoredPartition& stored_;
  Differences& differences_;
  IdMap<PolicyId, Merge> merges_;
  PolicyId last_policy_;
  Merge* last_ = nullptr;  ///< of last_policy_
};

}  // namespace firstcome::audit
