#pragma once

#include <vector>

#include "sqlite/database.h"
#include "store/sqlite/row_ranges.h"
#include "store/sqlite/sqlite_scan.h"
#include "store/store.h"

namespace firstcome::store {

class SqliteReader : public Reader {
 public:
  static Result<std::unique_ptr<Reader>> make(sqlite::Database database);

  Result<Settings> settings() override;
  Status load_snapshot(SnapshotSink& sink) override;
  Status scan(RowSink& sink) override { return scan_rows(database_, sink); }
  Result<std::vector<Position>> positions() override;
  Result<std::vector<Policy>> policies(PolicyId after, std::size_t limit) override;
  Result<std::optional<CouponRow>> find_coupon(PolicyId policy, UserId user, std::int32_t ordinal,
                                               EraOffset before) override;
  Result<std::optional<CouponWithLife>> coupon(PolicyId policy, std::int64_t sequence) override;
  Result<std::string> imported_code(PolicyId policy, std::int64_t sequence) override;
  Result<UserCoupons> user_coupons(UserId user, std::optional<PolicyId> policy, UserCouponCursor after,
                                   std::size_t limit) override;
  Result<PolicyCoupons> policy_coupons(PolicyId policy, std::int64_t after, std::size_t limit,
                                       const CouponFilter& filter) override;
  Result<std::vector<StoredCouponChange>> coupon_changes(PolicyId policy, std::int64_t sequence) override;
  Status export_coupons(PolicyId policy, CouponSink& sink) override;
  Result<std::optional<CouponCounts>> count_coupons(PolicyId policy, Partition home) override;
  Result<std::optional<Code>> code_at(Era era, Partition partition, Offset offset) override;
  Result<std::vector<PolicyChangeRow>> policy_changes(PolicyId policy, Offset until) override;

 private:
  explicit SqliteReader(sqlite::Database database) : database_(std::move(database)) {}
  Status prepare();
  /// Policies whose coupons are wanted.
  struct OpenPolicies {
    std::vector<PolicyId> ids;
    std::int64_t lives = 0;  ///< coupons that are used or cancelled now; others may have rows, too
  };
  Result<OpenPolicies> load_policies(SnapshotSink& sink);
  Status load_lives(const OpenPolicies& policies, SnapshotSink& sink);
  Result<std::vector<RowRanges::Range>> rows_of_lives(const OpenPolicies& policies);
  Result<std::optional<Policy>> policy(PolicyId id);
  Status read_range(const CouponRange& range, const CouponFilter& filter,
                    const std::function<Status(CouponWithLife)>& take);

  sqlite::Database database_;
  sqlite::Statement select_settings_;
  sqlite::Statement select_positions_;
  sqlite::Statement select_policies_;
  sqlite::Statement select_policies_above_;
  sqlite::Statement select_policy_;
  sqlite::Statement select_coupons_;
  sqlite::Statement select_last_life_;
  sqlite::Statement select_rows_of_lives_;
  sqlite::Statement select_lives_;
  sqlite::Statement select_listed_;
  sqlite::Statement select_imported_codes_;
  sqlite::Statement select_imported_code_;
  sqlite::Statement select_users_coupon_;
  sqlite::Statement select_user_coupons_;
  sqlite::Statement select_coupon_range_;
  sqlite::Statement count_holds_;
  sqlite::Statement count_holds_and_expired_;
  sqlite::Statement select_coupon_changes_;
  sqlite::Statement select_code_;
  sqlite::Statement select_changes_;
};

}  // namespace firstcome::store
