#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/progress.h"
#include "store/store.h"

namespace firstcome::audit {

/// A row of coupon, without the policy id.
struct StoredCoupon {
  std::int64_t sequence = 0;
  UserId user;
  Timestamp issued_at;
  Offset offset = 0;
  std::int32_t user_ordinal = 1;
  Partition partition = 0;
  Era era = 1;
};

/// A row of coupon_life, without the policy id; of the references only their hash.
struct StoredLife {
  std::int64_t sequence = 0;
  std::uint64_t hash = 0;  ///< see decide::hash_of
  CouponState state = CouponState::Issued;
  bool gave_back_place = false;

  bool operator==(const StoredLife&) const = default;
};
StoredLife stored_life(const CouponLife& life);

/// A row of coupon_change, without the policy id; of the reason and the operator only a hash.
struct StoredCouponChange {
  std::int64_t sequence = 0;
  Offset offset = 0;
  Era era = 1;
  Partition partition = 0;
  Timestamp at;
  Timestamp held_until{};
  std::uint64_t texts_hash = 0;
  std::string reference;
  CouponCommand::Kind kind = CouponCommand::Kind::Use;

  bool operator==(const StoredCouponChange&) const = default;
};
StoredCouponChange stored_change(const store::StoredCouponChange& row);

/// A row of eligible_user, without the policy id.
struct StoredListedUser {
  UserId user;
  std::int64_t number = 0;
  Offset offset = 0;
  Partition partition = 0;
  Era era = 1;
};

/// A row of coupon_code, without the policy id. The text is in StoredPolicy::code_texts.
struct StoredCode {
  std::int64_t sequence = 0;
  std::size_t begin = 0;
  std::size_t size = 0;
  Offset offset = 0;
  Partition partition = 0;
  Era era = 1;
};

struct StoredPolicy {
  std::optional<Policy> row;  ///< empty: other tables have the policy, but coupon_policy does not
  std::vector<store::StoredChange> changes;        ///< by revision
  std::vector<StoredCoupon> coupons;               ///< by sequence
  std::vector<StoredLife> lives;                   ///< by sequence
  std::vector<StoredCouponChange> coupon_changes;  ///< by (sequence, era, offset)
  std::vector<StoredListedUser> listed;            ///< by user
  std::vector<StoredCode> codes;                   ///< by sequence
  std::string code_texts;

  [[nodiscard]] std::string_view text_of(const StoredCode& code) const {
    return std::string_view(code_texts).substr(code.begin, code.size);
  }
};

/// A policy without rows.
inline const StoredPolicy kNothingStored;

struct StoredPartition {
  std::optional<store::Position> position;
  std::vector<store::BatchRow> batches;       ///< of the era of the data, by first offset
  std::map<PolicyId, StoredPolicy> policies;  ///< policies whose home is this partition

  /// The end of the last batch; 0 without batches.
  [[nodiscard]] Offset batches_end() const { return batches.empty() ? 0 : batches.back().end(); }
};

/// All rows of the store in memory, by partition: about 50 bytes for each coupon, 120 for each command of a coupon, 32
/// for each listed user, 40 and its text for each imported code, and one for each offset. So the snapshot of the database is closed before the journal is read.
class StoredRows : public store::RowSink {
 public:
  StoredRows(const store::Settings& settings, Progress& progress)
      : settings_(settings), progress_(progress) {}

  void position(const store::Position& position) override;
  void policy(const Policy& policy) override;
  void change(const store::StoredChange& change) override;
  void batch(store::BatchRow batch) override;
  void coupon(const store::CouponRow& coupon) override;
  void life(const CouponLife& life) override;
  void coupon_change(const store::StoredCouponChange& row) override;
  void listed(const store::StoredListedUser& row) override;
  void imported_code(const store::StoredImportedCode& row) override;

  [[nodiscard]] const std::map<Partition, StoredPartition>& partitions() const { return partitions_; }
  /// Batches with an era after the era of the data.
  [[nodiscard]] std::int64_t batches_of_later_eras() const { return batches_of_later_eras_; }
  [[nodiscard]] std::int64_t coupons() const { return coupons_; }
  [[nodiscard]] std::int64_t policies() const { return policies_; }
  [[nodiscard]] std::int64_t changes() const { return changes_; }
  [[nodiscard]] std::int64_t coupon_changes() const { return coupon_changes_; }
  [[nodiscard]] std::int64_t listed_users() const { return listed_users_; }
  [[nodiscard]] std::int64_t imported_codes() const { return imported_codes_; }
  /// The number of rows and records that an audit reads; known when the first coupon is read.
  [[nodiscard]] std::int64_t work() const { return coupons_expected_ + offsets_; }

 private:
  StoredPolicy& find(PolicyId policy);

  const store::Settings& settings_;
  Progress& progress_;
  std::map<Partition, StoredPartition> partitions_;
  std::int64_t batches_of_later_eras_ = 0;
  std::int64_t coupons_ = 0, policies_ = 0, changes_ = 0, coupon_changes_ = 0, listed_users_ = 0;
  std::int64_t imported_codes_ = 0;
  std::int64_t coupons_expected_ = 0;
  std::int64_t offsets_ = 0;
  PolicyId last_policy_;
  StoredPolicy* last_ = nullptr;  ///< of last_policy_; rows are sorted by policy
};

}  // namespace firstcome::audit
