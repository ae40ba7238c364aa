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
#define FIRSTCOME_PG_POLICY                                                                            \
  "id, name, max_count, issued_count, active_count, used_count, cancelled_count, per_user_limit, "     \
  "issue_starts_at, issue_ends_at, valid_from, valid_until, valid_for_ms, on_cancel, reissue, codes, " \
  "code_prefix, create_key, state, revision, newest_issued_at, coupons_hash, eligible, listed_count, " \
  "code_count"
#define FIRSTCOME_PG_COUPON \
  "policy_id, sequence, user_id, journal_offset, issued_at, user_ordinal, era, journal_partition"
#define FIRSTCOME_PG_CHANGE "policy_id, revision, at, command, who, era, journal_partition, journal_offset"
#define FIRSTCOME_PG_LIFE "policy_id, sequence, state, gave_back_place, held_until, accepted"
#define FIRSTCOME_PG_COUPON_CHANGE                                                                    \
  "policy_id, sequence, era, journal_offset, journal_partition, at, command, reference, held_until, " \
  "reason, who"
#define FIRSTCOME_PG_LISTED "policy_id, user_id, number, journal_offset, era, journal_partition"
#define FIRSTCOME_PG_IMPORTED_CODE "policy_id, sequence, code, journal_offset, era, journal_partition"
#define FIRSTCOME_PG_EVENT_TRACE "policy_id, era, journal_offset, traceparent, tracestate"
/// Of a coupon with the alias c, and its life, with the alias l, which may be missing.
#define FIRSTCOME_PG_COUPON_WITH_LIFE                                                          \
  "c.policy_id, c.sequence, c.user_id, c.journal_offset, c.issued_at, c.user_ordinal, c.era, " \
  "c.journal_partition, l.state, l.gave_back_place, l.held_until, l.accepted"
#define FIRSTCOME_PG_BATCH "era, partition, first_offset, codes, clock, rules, origin_marks, state_hash"

std::optional<Position> read_position(const postgres::Row& row);
std::optional<Policy> read_policy(const postgres::Row& row);
std::optional<CouponRow> read_coupon(const postgres::Row& row);
std::optional<StoredChange> read_change(const postgres::Row& row);
std::optional<CouponLife> read_life(const postgres::Row& row);
std::optional<StoredCouponChange> read_coupon_change(const postgres::Row& row);
std::optional<CouponWithLife> read_coupon_with_life(const postgres::Row& row);
std::optional<StoredListedUser> read_listed(const postgres::Row& row);
std::optional<StoredImportedCode> read_imported_code(const postgres::Row& row);
std::optional<BatchRow> read_batch(const postgres::Row& row);

Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table,
                  const std::string& which);
/// Identifies the row by its first columns.
Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table,
                  const postgres::Row& row, int key_columns);

}  // namespace firstcome::store::pg
