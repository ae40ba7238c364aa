#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sqlite/database.h"
#include "store/origin_marks.h"
#include "store/store.h"

/// Values as the tables of sql/sqlite/store hold them.
namespace firstcome::store {

inline std::int64_t hash_to_integer(std::uint64_t hash) { return static_cast<std::int64_t>(hash); }
inline std::uint64_t integer_to_hash(std::int64_t stored) { return static_cast<std::uint64_t>(stored); }
inline std::optional<std::int64_t> maybe_millis(std::optional<Timestamp> at) {
  return at ? std::optional(to_millis(*at)) : std::nullopt;
}

/// The columns of a position, in the order read_position wants them.
#define FIRSTCOME_POSITION_COLUMNS \
  "partition, era, next_offset, clock, rules, origin_marks, checksum, state_hash, halted_reason"
/// Nothing when the row makes no sense.
std::optional<Position> read_position(const sqlite::Statement& row);

Error damaged_row(const sqlite::Database& database, std::string_view table, const std::string& which);

}  // namespace firstcome::store
