#pragma once

#include "postgres/database_connection.h"
#include "store/coupon_pages.h"
#include "store/postgres/postgres_scan.h"
#include "store/store.h"

namespace firstcome::store {

class PostgresReader : public Reader {
 public:
  PostgresReader(postgres::Address address, postgres::SessionSettings session);
  Status connect() { return connection_.ensure(); }

  Result<Settings> settings() override;
  Status load_snapshot(SnapshotSink& sink) override { return pg::load_snapshot(connection_, sink); }
  Status scan(RowSink& sink) override { return pg::scan_rows(connection_, sink); }
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
  Status export_coupons(PolicyId policy, CouponSink& sink) override {
    return pg::export_coupons(connection_, policy, sink);
  }
  Result<std::optional<CouponCounts>> count_coupons(PolicyId policy, Partition home) override;
  Result<std::optional<Code>> code_at(Era era, Partition partition, Offset offset) override;
  Result<std::vector<PolicyChangeRow>> policy_changes(PolicyId policy, Offset until) override;

 private:
  // These need an open session.
  Result<std::vector<Position>> select_positions();
  Result<std::vector<Policy>> select_policies(PolicyId after, std::size_t limit);
  Status select_coupons(const char* statement, const postgres::Params& params, const TakeCoupon& take);

  postgres::DatabaseConnection connection_;
};

}  // namespace firstcome::store
