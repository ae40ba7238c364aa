#include "store/sqlite/sqlite_scan.h"

#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {
namespace {

/// Passes every row of a query to `take`.
template <class Value, class Take>
Status scan_table(sqlite::Database& database, const Table& table, const char* select,
                  std::optional<Value> (*read)(const sqlite::Statement&), Take take) {
  ASSIGN_OR_RETURN(auto rows, database.prepare(select));
  return read_rows(database, rows, table, read, [&](Value row) -> Status {
    take(std::move(row));
    return Done{};
  });
}

#define FIRSTCOME_SELECT(columns, table, key) "SELECT " columns " FROM " table " ORDER BY " key
// clang-format off
constexpr const char* kSelectPositions = FIRSTCOME_SELECT(FIRSTCOME_POSITION_COLUMNS, "journal_position", "partition");
constexpr const char* kSelectPolicies = FIRSTCOME_SELECT(FIRSTCOME_POLICY_COLUMNS, "coupon_policy", "id");
constexpr const char* kSelectChanges = FIRSTCOME_SELECT(FIRSTCOME_CHANGE_COLUMNS, "policy_change", "policy_id, revision");
constexpr const char* kSelectBatches = FIRSTCOME_SELECT(FIRSTCOME_BATCH_COLUMNS, "journal_batch", "era, partition, first_offset");
constexpr const char* kSelectCoupons = FIRSTCOME_SELECT(FIRSTCOME_COUPON_COLUMNS, "coupon", "policy_id, sequence");
constexpr const char* kSelectLives = FIRSTCOME_SELECT(FIRSTCOME_LIFE_COLUMNS, "coupon_life", "policy_id, sequence");
constexpr const char* kSelectCouponChanges = FIRSTCOME_SELECT(FIRSTCOME_COUPON_CHANGE_COLUMNS, "coupon_change", "policy_id, sequence, era, journal_offset");
constexpr const char* kSelectImportedCodes = FIRSTCOME_SELECT(FIRSTCOME_IMPORTED_CODE_COLUMNS, "coupon_code", "policy_id, sequence");
constexpr const char* kSelectListed = FIRSTCOME_SELECT(FIRSTCOME_LISTED_COLUMNS, "eligible_user", "policy_id, user_id");
// clang-format on

}  // namespace

Status scan_rows(sqlite::Database& database, RowSink& sink) {
  sqlite::Transaction snapshot(database);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  const auto scan = [&](const Table& table, const char* select, auto read, auto take) {
    return scan_table(database, table, select, read, take);
  };
  RETURN_IF_ERROR(
      scan(kPositions, kSelectPositions, read_position, [&](const Position& row) { sink.position(row); }));
  RETURN_IF_ERROR(
      scan(kPolicies, kSelectPolicies, read_policy, [&](const Policy& row) { sink.policy(row); }));
  RETURN_IF_ERROR(
      scan(kChanges, kSelectChanges, read_change, [&](const StoredChange& row) { sink.change(row); }));
  RETURN_IF_ERROR(
      scan(kBatches, kSelectBatches, read_batch, [&](BatchRow row) { sink.batch(std::move(row)); }));
  RETURN_IF_ERROR(
      scan(kCoupons, kSelectCoupons, read_coupon, [&](const CouponRow& row) { sink.coupon(row); }));
  RETURN_IF_ERROR(scan(kLives, kSelectLives, read_life, [&](const CouponLife& row) { sink.life(row); }));
  RETURN_IF_ERROR(scan(kCouponChanges, kSelectCouponChanges, read_coupon_change,
                       [&](const StoredCouponChange& row) { sink.coupon_change(row); }));
  RETURN_IF_ERROR(
      scan(kListed, kSelectListed, read_listed, [&](const StoredListedUser& row) { sink.listed(row); }));
  return scan(kImportedCodes, kSelectImportedCodes, read_imported_code,
              [&](const StoredImportedCode& row) { sink.imported_code(row); });
}

}  // namespace firstcome::store
