#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sqlite/database.h"
#include "store/origin_marks.h"
#include "store/store.h"

/// Conversions for the tables of sql/sqlite/store.
namespace firstcome::store {

inline std::int64_t hash_to_integer(std::uint64_t hash) { return static_cast<std::int64_t>(hash); }
inline std::uint64_t integer_to_hash(std::int64_t stored) { return static_cast<std::uint64_t>(stored); }
inline std::optional<std::int64_t> maybe_millis(std::optional<Timestamp> at) {
  return at ? std::optional(to_millis(*at)) : std::nullopt;
}

#define FIRSTCOME_POLICY_COLUMNS                                                                       \
  "id, name, max_count, issued_count, active_count, used_count, cancelled_count, per_user_limit, "     \
  "issue_starts_at, issue_ends_at, valid_from, valid_until, valid_for_ms, on_cancel, reissue, codes, " \
  "code_prefix, create_key, state, revision, newest_issued_at, coupons_hash, eligible, listed_count, " \
  "code_count"
#define FIRSTCOME_POSITION_COLUMNS \
  "partition, era, next_offset, clock, rules, origin_marks, checksum, state_hash, halted_reason"
#define FIRSTCOME_COUPON_COLUMNS \
  "policy_id, sequence, user_id, user_ordinal, issued_at, era, journal_partition, journal_offset"
#define FIRSTCOME_CHANGE_COLUMNS \
  "policy_id, revision, at, command, who, era, journal_partition, journal_offset"
#define FIRSTCOME_BATCH_COLUMNS "era, partition, first_offset, codes, clock, rules, origin_marks, state_hash"
#define FIRSTCOME_LIFE_COLUMNS "policy_id, sequence, state, gave_back_place, held_until, accepted"
#define FIRSTCOME_COUPON_CHANGE_COLUMNS                                                               \
  "policy_id, sequence, era, journal_offset, journal_partition, at, command, reference, held_until, " \
  "reason, who"
#define FIRSTCOME_IMPORTED_CODE_COLUMNS "policy_id, sequence, code, journal_offset, era, journal_partition"
#define FIRSTCOME_LISTED_COLUMNS "policy_id, user_id, number, journal_offset, era, journal_partition"
/// Of a coupon with the alias c, and its life, with the alias l, which may be missing.
#define FIRSTCOME_COUPON_WITH_LIFE_COLUMNS                                                        \
  "c.policy_id, c.sequence, c.user_id, c.user_ordinal, c.issued_at, c.era, c.journal_partition, " \
  "c.journal_offset, l.state, l.gave_back_place, l.held_until, l.accepted"

/// These read the columns above, in order. None if the row is invalid, for instance a number outside the range of its
/// field: another program wrote it.
std::optional<Position> read_position(const sqlite::Statement& row);
std::optional<Policy> read_policy(const sqlite::Statement& row);
std::optional<StoredChange> read_change(const sqlite::Statement& row);
std::optional<BatchRow> read_batch(const sqlite::Statement& row);
std::optional<CouponRow> read_coupon(const sqlite::Statement& row);
std::optional<CouponLife> read_life(const sqlite::Statement& row);
std::optional<CouponWithLife> read_coupon_with_life(const sqlite::Statement& row);
std::optional<StoredCouponChange> read_coupon_change(const sqlite::Statement& row);
std::optional<StoredListedUser> read_listed(const sqlite::Statement& row);
std::optional<StoredImportedCode> read_imported_code(const sqlite::Statement& row);

Error damaged_row(const sqlite::Database& database, std::string_view table, const std::string& which);
/// For messages: a table, and the number of its key columns.
struct Table {
  const char* name;
  int key_columns;
};
inline constexpr Table kPositions{"journal_position", 1};
inline constexpr Table kPolicies{"coupon_policy", 1};
inline constexpr Table kChanges{"policy_change", 2};
inline constexpr Table kBatches{"journal_batch", 3};
inline constexpr Table kCoupons{"coupon", 2};
inline constexpr Table kLives{"coupon_life", 2};
inline constexpr Table kCouponsWithLife{"coupon or coupon_life", 2};
inline constexpr Table kCouponChanges{"coupon_change", 4};
inline constexpr Table kListed{"eligible_user", 2};
inline constexpr Table kImportedCodes{"coupon_code", 2};
/// Identifies the row by its key, which are the first columns.
Error damaged_row(const sqlite::Database& database, const Table& table, const sqlite::Statement& row);

/// Passes every row to `take`, which returns a Status; resets the statement. Fails at a row that `read` cannot read, and
/// if `take` fails.
template <class Value, class Take>
Status read_rows(const sqlite::Database& database, sqlite::Statement& select, const Table& table,
                 std::optional<Value> (*read)(const sqlite::Statement&), Take take) {
  const sqlite::ResetAtEnd reset(select);
  for (;;) {
    const auto step = select.step();
    if (step == sqlite::Statement::Step::Failed) return database.error();
    if (step == sqlite::Statement::Step::Done) return Done{};
    auto row = read(select);
    if (!row) return damaged_row(database, table, select);
    RETURN_IF_ERROR(take(*std::move(row)));
  }
}

}  // namespace firstcome::store
