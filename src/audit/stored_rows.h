#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/progress.h"
#include "store/store.h"

namespace firstcome::audit {

/// A row of coupon without what its policy says already.
struct StoredCoupon {
  std::int64_t sequence = 0;
  UserId user;
  Timestamp issued_at;
  Offset offset = 0;
  std::int32_t user_ordinal = 1;
  Partition partition = 0;
  Era era = 1;
};

struct StoredPolicy {
  std::optional<Policy> row;  ///< nothing: other tables name the policy, coupon_policy does not
  std::vector<store::StoredChange> changes;  ///< by revision
  std::vector<StoredCoupon> coupons;         ///< by sequence
};

struct StoredPartition {
  std::optional<store::Position> position;
  std::vector<store::BatchRow> batches;       ///< of the data's era, by first offset
  std::map<PolicyId, StoredPolicy> policies;  ///< those whose home it is

  /// Where the last batch ends; 0 without one.
  [[nodiscard]] Offset batches_end() const { return batches.empty() ? 0 : batches.back().end(); }
};

/// The whole store in memory, as a replay of the journal wants it: some 50 bytes a coupon, one an offset. So
/// the database's snapshot need not stay open while the journal is read.
class StoredRows : public store::RowSink {
 public:
  StoredRows(const store::Settings& settings, Progress& progress)
      : settings_(settings), progress_(progress) {}

  void position(const store::Position& position) override;
  void policy(const Policy& policy) override;
  void change(const store::StoredChange& change) override;
  void batch(store::BatchRow batch) override;
  void coupon(const store::CouponRow& coupon) override;

  [[nodiscard]] const std::map<Partition, StoredPartition>& partitions() const { return partitions_; }
  /// Batches of an era that the data has not come to.
  [[nodiscard]] std::int64_t batches_of_later_eras() const { return batches_of_later_eras_; }
  [[nodiscard]] std::int64_t coupons() const { return coupons_; }
  [[nodiscard]] std::int64_t policies() const { return policies_; }
  [[nodiscard]] std::int64_t changes() const { return changes_; }
  /// Of the rows and records that an audit goes through; known once the coupons come.
  [[nodiscard]] std::int64_t work() const { return coupons_expected_ + offsets_; }

 private:
  StoredPolicy& find(PolicyId policy);

  const store::Settings& settings_;
  Progress& progress_;
  std::map<Partition, StoredPartition> partitions_;
  std::int64_t batches_of_later_eras_ = 0;
  std::int64_t coupons_ = 0, policies_ = 0, changes_ = 0;
  std::int64_t coupons_expected_ = 0;
  std::int64_t offsets_ = 0;
  PolicyId last_policy_;
  StoredPolicy* last_ = nullptr;  ///< of last_policy_: rows come policy by policy
};

}  // namespace firstcome::audit
