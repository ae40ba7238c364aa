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

#define FIRSTCOME_POLICY_COLUMNS                                                                      \
  "id, name, max_count, issued_count, active_count, per_user_limit, issue_starts_at, issue_ends_at, " \
  "valid_from, valid_until, state, revision, coupons_hash"
#define FIRSTCOME_POSITION_COLUMNS \
  "partition, era, next_offset, clock, rules, origin_marks, checksum, state_hash, halted_reason"
/// Reads FIRSTCOME_POSITION_COLUMNS. None if the row is invalid.
std::optional<Position> read_position(const sqlite::Statement& row);

Error damaged_row(const sqlite::Database& database, std::string_view table, const std::string& which);

}  // namespace firstcome::store
