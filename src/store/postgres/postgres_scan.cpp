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
// clang-format on

/// A COPY of the coupons of these policies without an order, so the server can use the primary key for a few
/// policies and read the whole table for many.
std::string copy_coupons_of(const std::vector<PolicyId>& policies) {
  return fmt::format(
      "COPY (SELECT " FIRSTCOME_PG_COUPON
      " FROM unnest('{{{}}}'::bigint[]) AS wanted(id) JOIN coupon ON policy_id = id) TO STDOUT (FORMAT "
      "binary)",
      fmt::join(policies, ","));
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
    if (row.state != PolicyState::Closed) open.push_back(row.id);
    sink.policy(row);
  };
  RETURN_IF_ERROR(copy_table(connection, kPolicies, read_policy, policy));
  if (open.empty()) return Done{};
  const std::string copy = copy_coupons_of(open);
  return copy_table(connection, {"coupon", copy.c_str(), 2}, read_coupon,
                    [&](const CouponRow& row) { sink.coupon(row.coupon); });
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
  return copy_table(connection, kCoupons, read_coupon, [&](const CouponRow& row) { sink.coupon(row); });
}

}  // namespace firstcome::store::pg
