#include "store/postgres/postgres_scan.h"

#include <fmt/ranges.h>

#include "postgres/transaction.h"
#include "store/postgres/postgres_rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::DatabaseConnection;
using postgres::Row;

/// A table: a COPY of its rows in the order of the key, and the number of key columns.
struct Table {
  const char* name;
  const char* copy;
  int key_columns;
};

#define FIRSTCOME_PG_COPY(columns, table, key) \
  "COPY (SELECT " columns " FROM " table " ORDER BY " key ") TO STDOUT (FORMAT binary)"
// clang-format off
constexpr Table kPositions{"journal_position", FIRSTCOME_PG_COPY(FIRSTCOME_PG_POSITION, "journal_position", "partition"), 1};
constexpr Table kPolicies{"coupon_policy", FIRSTCOME_PG_COPY(FIRSTCOME_PG_POLICY, "coupon_policy", "id"), 1};
constexpr Table kChanges{"policy_change", FIRSTCOME_PG_COPY(FIRSTCOME_PG_CHANGE, "policy_change", "policy_id, revision"), 2};
constexpr Table kBatches{"journal_batch", FIRSTCOME_PG_COPY(FIRSTCOME_PG_BATCH, "journal_batch", "era, partition, first_offset"), 3};
constexpr Table kCoupons{"coupon", FIRSTCOME_PG_COPY(FIRSTCOME_PG_COUPON, "coupon", "policy_id, sequence"), 2};
constexpr Table kLives{"coupon_life", FIRSTCOME_PG_COPY(FIRSTCOME_PG_LIFE, "coupon_life", "policy_id, sequence"), 2};
constexpr Table kCouponChanges{"coupon_change", FIRSTCOME_PG_COPY(FIRSTCOME_PG_COUPON_CHANGE, "coupon_change", "policy_id, sequence, era, journal_offset"), 4};
constexpr Table kListed{"eligible_user", FIRSTCOME_PG_COPY(FIRSTCOME_PG_LISTED, "eligible_user", "policy_id, user_id"), 2};
constexpr Table kImportedCodes{"coupon_code", FIRSTCOME_PG_COPY(FIRSTCOME_PG_IMPORTED_CODE, "coupon_code", "policy_id, sequence"), 2};
// clang-format on

/// A COPY of the rows of these policies without an order, so the server can use the primary key for a few of many policies
/// and read the whole table for most of them.
std::string copy_of_policies(const char* columns, const char* table, const std::vector<PolicyId>& policies) {
  return fmt::format(
      "COPY (SELECT {} FROM unnest('{{{}}}'::bigint[]) AS wanted(id) JOIN {} ON policy_id = id) TO STDOUT "
      "(FORMAT binary)",
      columns, fmt::join(policies, ","), table);
}

/// Calls `take` with every row; fails at a row that `read` cannot read.
template <class Read, class Take>
Status copy_table(DatabaseConnection& connection, const Table& table, Read read, Take take) {
  return connection.copy_out(table.copy, [&](const Row& row) -> Status {
    auto value = read(row);
    if (!value) return damaged_row(connection, table.name, row, table.key_columns);
    take(*std::move(value));
    return Done{};
  });
}

template <class Sink>
Status copy_positions(DatabaseConnection& connection, Sink& sink) {
  return copy_table(connection, kPositions, read_position, [&](const Position& row) { sink.position(row); });
}

template <class Sink>
Status copy_policies(DatabaseConnection& connection, Sink& sink) {
  return copy_table(connection, kPolicies, read_policy, [&](const Policy& row) { sink.policy(row); });
}

}  // namespace

Status load_snapshot(DatabaseConnection& connection, SnapshotSink& sink) {
  postgres::Transaction snapshot(connection);
  RETURN_IF_ERROR(snapshot.begin_long_snapshot());
  RETURN_IF_ERROR(copy_positions(connection, sink));
  std::vector<PolicyId> open;
  const auto policy = [&](const Policy& row) {
    if (!sink.wants(row.id)) return;
    sink.policy(row);
    if (sink.wants_coupons(row)) open.push_back(row.id);
  };
  RETURN_IF_ERROR(copy_table(connection, kPolicies, read_policy, policy));
  if (open.empty()) return Done{};
  // By default a random read costs four others. Then the server reads a whole table already for a tenth of its rows.
  RETURN_IF_ERROR(connection.execute("SET LOCAL random_page_cost = 1"));
  const std::string coupons = copy_of_policies(FIRSTCOME_PG_COUPON, "coupon", open);
  RETURN_IF_ERROR(copy_table(connection, {"coupon", coupons.c_str(), 2}, read_coupon,
                             [&](const CouponRow& row) { sink.coupon(row); }));
  const std::string lives = copy_of_policies(FIRSTCOME_PG_LIFE, "coupon_life", open);
  RETURN_IF_ERROR(copy_table(connection, {"coupon_life", lives.c_str(), 2}, read_life,
                             [&](const CouponLife& row) { sink.life(row); }));
  const std::string listed = copy_of_policies(FIRSTCOME_PG_LISTED, "eligible_user", open);
  RETURN_IF_ERROR(copy_table(connection, {"eligible_user", listed.c_str(), 2}, read_listed,
                             [&](const StoredListedUser& row) { sink.listed(row.listed); }));
  const std::string codes = copy_of_policies(FIRSTCOME_PG_IMPORTED_CODE, "coupon_code", open);
  return copy_table(connection, {"coupon_code", codes.c_str(), 2}, read_imported_code,
                    [&](const StoredImportedCode& row) { sink.imported_code(row.code); });
}

Status scan_rows(DatabaseConnection& connection, RowSink& sink) {
  postgres::Transaction snapshot(connection);
  RETURN_IF_ERROR(snapshot.begin_long_snapshot());
  RETURN_IF_ERROR(copy_positions(connection, sink));
  RETURN_IF_ERROR(copy_policies(connection, sink));
  const auto change = [&](const StoredChange& row) { sink.change(row); };
  RETURN_IF_ERROR(copy_table(connection, kChanges, read_change, change));
  const auto batch = [&](BatchRow row) { sink.batch(std::move(row)); };
  RETURN_IF_ERROR(copy_table(connection, kBatches, read_batch, batch));
  RETURN_IF_ERROR(
      copy_table(connection, kCoupons, read_coupon, [&](const CouponRow& row) { sink.coupon(row); }));
  RETURN_IF_ERROR(copy_table(connection, kLives, read_life, [&](const CouponLife& row) { sink.life(row); }));
  RETURN_IF_ERROR(copy_table(connection, kCouponChanges, read_coupon_change,
                             [&](const StoredCouponChange& row) { sink.coupon_change(row); }));
  const auto listed = [&](const StoredListedUser& row) { sink.listed(row); };
  RETURN_IF_ERROR(copy_table(connection, kListed, read_listed, listed));
  return copy_table(connection, kImportedCodes, read_imported_code,
                    [&](const StoredImportedCode& row) { sink.imported_code(row); });
}

/// The rows come from tables in the same order, so a merge keeps none in memory. A hash join would keep all
/// lives, and sort all rows afterwards.
Status export_coupons(DatabaseConnection& connection, PolicyId policy, CouponSink& sink) {
  postgres::Transaction snapshot(connection);
  RETURN_IF_ERROR(snapshot.begin_long_snapshot());
  RETURN_IF_ERROR(connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off"));
  std::vector<Position> positions;
  RETURN_IF_ERROR(copy_table(connection, kPositions, read_position,
                             [&](Position row) { positions.push_back(std::move(row)); }));
  std::optional<Policy> found;
  const std::string one = fmt::format("COPY (SELECT " FIRSTCOME_PG_POLICY
                                      " FROM coupon_policy WHERE id = {}) TO STDOUT (FORMAT binary)",
                                      policy);
  RETURN_IF_ERROR(copy_table(connection, {"coupon_policy", one.c_str(), 1}, read_policy,
                             [&](Policy row) { found = std::move(row); }));
  if (!found) return Done{};
  sink.begin(*found, positions);
  constexpr int kCodeColumn = 12;  // behind those of FIRSTCOME_PG_COUPON_WITH_LIFE
  const bool has_codes = found->codes == CodeKind::Imported;
  const std::string coupons = fmt::format(
      "COPY (SELECT " FIRSTCOME_PG_COUPON_WITH_LIFE
      "{1} FROM coupon AS c LEFT JOIN coupon_life AS l ON l.policy_id = {0} AND l.sequence = c.sequence{2}"
      " WHERE c.policy_id = {0} ORDER BY c.sequence) TO STDOUT (FORMAT binary)",
      policy, has_codes ? ", k.code" : "",
      has_codes
          ? fmt::format(" LEFT JOIN coupon_code AS k ON k.policy_id = {} AND k.sequence = c.sequence", policy)
          : "");
  return connection.copy_out(coupons.c_str(), [&](const Row& row) -> Status {
    auto coupon = read_coupon_with_life(row);
    if (coupon && has_codes) coupon->imported_code = row.field(kCodeColumn).value_or("");
    if (!coupon) return damaged_row(connection, "coupon or coupon_life", row, 2);
    return sink.coupon(*coupon);
  });
}

}  // namespace firstcome::store::pg
