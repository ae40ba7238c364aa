#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/store.h"

namespace firstcome::store {

/// The tables of the store with their keys, in memory. A plain value, so a copy is a snapshot.
struct Tables {
  Settings settings;
  std::map<Partition, Position> positions;
  std::map<PolicyId, Policy> policies;
  std::map<std::pair<PolicyId, std::int64_t>, CouponRow> coupons;  ///< by (policy, sequence)
  std::map<std::tuple<PolicyId, UserId, std::int32_t>, std::int64_t> coupon_of_user;  ///< → sequence
  std::map<std::pair<PolicyId, std::int64_t>, StoredChange> changes;  ///< by (policy, revision)
  std::map<std::pair<PolicyId, std::int64_t>, CouponLife> lives;      ///< by (policy, sequence)
  /// By (policy, sequence, era, offset).
  std::map<std::tuple<PolicyId, std::int64_t, Era, Offset>, StoredCouponChange> coupon_changes;
  std::map<std::pair<PolicyId, UserId>, StoredListedUser> listed;                  ///< by (policy, user)
  std::map<std::pair<PolicyId, std::int64_t>, StoredImportedCode> imported_codes;  ///< by (policy, sequence)
  std::map<std::tuple<Era, Partition, Offset>, BatchRow> batches;
  std::int64_t codes_of_extended_batch = kCodesOfExtendedBatch;

  /// One transaction: first the compare-and-set, then the rows.
  SaveResult apply(const Batch& batch);
  std::int64_t prune_batches(Partition partition, Offset before);
  [[nodiscard]] CouponWithLife with_life(const CouponRow& row) const;

 private:
  [[nodiscard]] const char* broken_constraint(const Batch& batch) const;
  void add_codes(const Batch& batch);
};

}  // namespace firstcome::store
