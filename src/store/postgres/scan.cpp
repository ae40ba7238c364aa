#include "store/postgres/scan.h"

#include "postgres/transaction.h"
#include "store/postgres/rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::Connection;
using postgres::Row;

/// One table: its rows in order, and how to name one that cannot be read.
struct Table {
  const char* name;
  const char* copy;
  int key_columns;
};

constexpr Table kPositions{"journal_position",
                           "COPY (SELECT " FIRSTCOME_PG_POSITION
                           " FROM journal_position ORDER BY partition) TO STDOUT (FORMAT binary)",
                           1};
constexpr Table kPolicies{
    "coupon_policy",
    "COPY (SELECT " FIRSTCOME_PG_POLICY " FROM coupon_policy ORDER BY id) TO STDOUT (FORMAT binary)", 1};
constexpr Table kChanges{"policy_change",
                         "COPY (SELECT " FIRSTCOME_PG_CHANGE
                         " FROM policy_change ORDER BY policy_id, revision) TO STDOUT (FORMAT binary)",
                         2};
constexpr Table kBatches{
    "journal_batch",
    "COPY (SELECT " FIRSTCOME_PG_BATCH
    " FROM journal_batch ORDER BY era, partition, first_offset) TO STDOUT (FORMAT binary)",
    3};
constexpr Table kCoupons{"coupon",
                         "COPY (SELECT " FIRSTCOME_PG_COUPON
                         " FROM coupon ORDER BY policy_id, sequence) TO STDOUT (FORMAT binary)",
                         2};
/// Of these policies, in whatever order is quickest to read: a walk along the primary key for a few of them,
/// the whole table for many.
std::string copy_coupons_of(const std::vector<PolicyId>& policies) {
  std::string ids;
  for (const PolicyId policy : policies) ids += (ids.empty() ? "" : ",") + std::to_string(policy.value);
  return "COPY (SELECT " FIRSTCOME_PG_COUPON " FROM unnest('{" + ids +
         "}'::bigint[]) AS wanted(id) JOIN coupon ON policy_id = id) TO STDOUT (FORMAT binary)";
}

/// Hands every row that `read` can read to `take`.
template <class Read, class Take>
Status copy_table(Connection& connection, const Table& table, Read read, Take take) {
  return connection.copy_out(table.copy, [&](const Row& row) -> Status {
    auto value = read(row);
    if (!value) return damaged_row(connection, table.name, row, table.key_columns);
    take(*std::move(value));
    return Done{};
  });
}

template <class Sink>
Status copy_positions(Connection& connection, Sink& sink) {
  return copy_table(connection, kPositions, read_position, [&](const Position& row) { sink.position(row); });
}

template <class Sink>
Status copy_policies(Connection& connection, Sink& sink) {
  return copy_table(connection, kPolicies, read_policy, [&](const Policy& row) { sink.policy(row); });
}

}  // namespace

Status load_snapshot(Connection& connection, SnapshotSink& sink) {
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

Status scan_rows(Connection& connection, RowSink& sink) {
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
