#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postgres/database_connection.h"
#include "store/store.h"

/// Rows of the tables of sql/postgres/store. The read_… functions return none for an invalid row.
namespace firstcome::store::pg {

/// The columns for the read_… functions, in order.
#define FIRSTCOME_PG_POSITION \
  "partition, era, next_offset, clock, rules, origin_marks, checksum, state_hash, halted_reason"
#define FIRSTCOME_PG_POLICY                                                                           \
  "id, name, max_count, issued_count, active_count, per_user_limit, issue_starts_at, issue_ends_at, " \
  "valid_from, valid_until, state, revision, coupons_hash"
#define FIRSTCOME_PG_COUPON \
  "policy_id, sequence, user_id, journal_offset, issued_at, user_ordinal, era, journal_partition"
#define FIRSTCOME_PG_CHANGE "policy_id, revision, at, command, who, era, journal_partition, journal_offset"
#define FIRSTCOME_PG_BATCH "era, partition, first_offset, codes, clock, rules, origin_marks, state_hash"

std::optional<Position> read_position(const postgres::Row& row);
std::optional<Policy> read_policy(const postgres::Row& row);
std::optional<CouponRow> read_coupon(const postgres::Row& row);
std::optional<StoredChange> read_change(const postgres::Row& row);
std::optional<BatchRow> read_batch(const postgres::Row& row);

Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table,
                  const std::string& which);
/// Identifies the row by its first columns.
Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table,
                  const postgres::Row& row, int key_columns);

}  // namespace firstcome::store::pg
