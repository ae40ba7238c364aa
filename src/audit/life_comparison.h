#pragma once

#include "audit/difference.h"
#include "audit/start.h"
#include "audit/stored_rows.h"
#include "decide/decider.h"

namespace firstcome::audit {

/// Compares the tables coupon_life and coupon_change of one partition with the replay.
class LifeComparison {
 public:
  LifeComparison(RowsBeforeStart before, const StoredPartition& stored, Differences& differences);

  void changed(const CouponChange& change);
  /// At the end of the saved records: compares the lives, and reports rows that the replay did not make.
  void finish(const decide::Decider& decider);

 private:
  struct Seen {
    const StoredPolicy* stored;
    std::vector<bool> changes;          ///< by index in stored->coupon_changes: the replay made it
    std::vector<std::int64_t> touched;  ///< sequences
  };
  Seen& find(PolicyId policy);
  void report_extra_changes(PolicyId policy, const Seen& seen);
  void compare_lives(PolicyId policy, Seen& seen, const decide::Decider& decider);
  void compare(const CouponChange& change, const StoredCouponChange& row);
  void compare(const CouponLife& replayed, const StoredLife& saved);
  void add(Difference::About about, PolicyId policy, const std::string& text);

  const RowsBeforeStart before_;
  Differences& differences_;
  std::map<PolicyId, Seen> seen_;
};

}  // namespace firstcome::audit
