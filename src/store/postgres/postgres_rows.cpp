#include "store/postgres/postgres_rows.h"

#include <fmt/core.h>

#include "store/origin_marks.h"
#include "store/stored_enum.h"

namespace firstcome::store::pg {
namespace {

using postgres::Columns;
using postgres::Row;

OriginMarks read_marks(Columns& columns) {
  auto marks = text_to_marks(columns.text());
  if (!marks) columns.damaged();
  return marks.value_or(OriginMarks{});
}

/// Reads a number that `from_number` converts.
template <class Enum>
Enum read_enum(Columns& columns, std::optional<Enum> (*from_number)(std::int64_t)) {
  const auto value = from_number(columns.int2());
  if (!value) columns.damaged();
  return value.value_or(Enum{1});
}

CouponRow coupon_from(Columns& columns) {
  CouponRow stored;
  stored.coupon.policy = PolicyId{columns.int8()};
  stored.coupon.sequence = columns.int8();
  stored.coupon.user = UserId{columns.int8()};
  stored.coupon.offset = columns.int8();
  stored.coupon.issued_at = columns.time();
  stored.coupon.user_ordinal = columns.int4();
  stored.era = columns.int4();
  stored.partition = columns.int4();
  return stored;
}

/// Reads the columns after the key.
void take_life(Columns& columns, CouponLife& life) {
  life.state = read_enum(columns, coupon_state_from);
  life.gave_back_place = columns.boolean();
  life.held_until = columns.maybe_time().value_or(Timestamp{});
  auto references = text_to_references(columns.text());
  if (!references) columns.damaged();
  life.references = std::move(references).value_or(std::vector<AcceptedReference>());
}

template <class Value>
std::optional<Value> if_good(const Columns& columns, Value value) {
  if (!columns.good()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Position> read_position(const Row& row) {
  Columns columns(row);
  Position position;
  position.partition = columns.int4();
  position.era = columns.int4();
  position.next_offset = columns.int8();
  position.state.clock = columns.time();
  position.state.rules = columns.int4();
  position.state.origin_marks = read_marks(columns);
  const auto checksum = columns.maybe_int8();
  position.has_checksum = checksum.has_value();
  position.checksum = static_cast<std::uint32_t>(checksum.value_or(0));
  if (checksum.value_or(0) != position.checksum) columns.damaged();
  position.state.state_hash = columns.hash();
  position.halted_reason = columns.maybe_text().value_or("");
  return if_good(columns, std::move(position));
}

std::optional<Policy> read_policy(const Row& row) {
  Columns columns(row);
  Policy policy;
  policy.id = PolicyId{columns.int8()};
  policy.name = columns.text();
  policy.max_count = columns.int8();
  policy.issued_count = columns.int8();
  policy.active_count = columns.int8();
  policy.used_count = columns.int8();
  policy.cancelled_count = columns.int8();
  policy.per_user_limit = columns.int4();
  policy.issue_starts_at = columns.maybe_time();
  policy.issue_ends_at = columns.maybe_time();
  policy.valid_from = columns.maybe_time();
  policy.valid_until = columns.maybe_time();
  if (const auto valid_for = columns.maybe_int8()) policy.valid_for = milliseconds{*valid_for};
  policy.on_cancel = read_enum(columns, on_cancel_from);
  policy.reissue = columns.boolean();
  policy.codes = read_enum(columns, code_kind_from);
  policy.code_prefix = columns.text();
  policy.create_key = columns.text();
  policy.state = read_enum(columns, policy_state_from);
  policy.revision = columns.int8();
  policy.newest_issued_at = columns.maybe_time().value_or(Timestamp{});
  policy.coupons_hash = columns.hash();
  policy.eligible = read_enum(columns, eligible_from);
  policy.listed_count = columns.int8();
  policy.code_count = columns.int8();
  return if_good(columns, std::move(policy));
}

std::optional<CouponRow> read_coupon(const Row& row) {
  Columns columns(row);
  return if_good(columns, coupon_from(columns));
}

std::optional<CouponLife> read_life(const Row& row) {
  Columns columns(row);
  CouponLife life;
  life.policy = PolicyId{columns.int8()};
  life.sequence = columns.int8();
  take_life(columns, life);
  return if_good(columns, std::move(life));
}

std::optional<CouponWithLife> read_coupon_with_life(const Row& row) {
  constexpr int kLifeState = 8;
  Columns columns(row);
  CouponWithLife stored{coupon_from(columns), {}};
  stored.life.policy = stored.row.coupon.policy;
  stored.life.sequence = stored.row.coupon.sequence;
  if (row.field(kLifeState)) take_life(columns, stored.life);
  return if_good(columns, std::move(stored));
}

std::optional<StoredCouponChange> read_coupon_change(const Row& row) {
  Columns columns(row);
  StoredCouponChange stored;
  stored.change.policy = PolicyId{columns.int8()};
  stored.change.sequence = columns.int8();
  stored.era = columns.int4();
  stored.change.offset = columns.int8();
  stored.partition = columns.int4();
  stored.change.at = columns.time();
  stored.change.kind = read_enum(columns, command_kind_from);
  stored.change.reference = columns.text();
  stored.change.held_until = columns.maybe_time().value_or(Timestamp{});
  stored.change.reason = columns.text();
  stored.change.who = columns.text();
  return if_good(columns, std::move(stored));
}

std::optional<StoredListedUser> read_listed(const Row& row) {
  Columns columns(row);
  StoredListedUser stored;
  stored.listed.policy = PolicyId{columns.int8()};
  stored.listed.user = UserId{columns.int8()};
  stored.listed.number = columns.int8();
  stored.listed.offset = columns.int8();
  stored.era = columns.int4();
  stored.partition = columns.int4();
  return if_good(columns, stored);
}

std::optional<StoredImportedCode> read_imported_code(const Row& row) {
  Columns columns(row);
  StoredImportedCode stored;
  stored.code.policy = PolicyId{columns.int8()};
  stored.code.sequence = columns.int8();
  stored.code.code = columns.text();
  stored.code.offset = columns.int8();
  stored.era = columns.int4();
  stored.partition = columns.int4();
  return if_good(columns, std::move(stored));
}

std::optional<StoredChange> read_change(const Row& row) {
  Columns columns(row);
  StoredChange stored;
  stored.change.policy = PolicyId{columns.int8()};
  stored.change.revision = columns.int8();
  stored.change.at = columns.time();
  stored.change.command = columns.text();
  stored.change.who = columns.text();
  stored.era = columns.int4();
  stored.partition = columns.int4();
  stored.change.offset = columns.int8();
  return if_good(columns, std::move(stored));
}

std::optional<BatchRow> read_batch(const Row& row) {
  Columns columns(row);
  BatchRow batch;
  batch.era = columns.int4();
  batch.partition = columns.int4();
  batch.first_offset = columns.int8();
  const std::string_view codes = columns.bytes();
  batch.codes.assign(codes.begin(), codes.end());
  batch.after.clock = columns.time();
  batch.after.rules = columns.int4();
  batch.after.origin_marks = read_marks(columns);
  batch.after.state_hash = columns.hash();
  return if_good(columns, std::move(batch));
}

Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table,
                  const std::string& which) {
  return Error::permanent(
      "{}: the row of {} for {} is invalid: it was changed manually or by a newer version. Restore the "
      "database from a backup.",
      connection.name(), table, which);
}

Error damaged_row(const postgres::DatabaseConnection& connection, std::string_view table, const Row& row,
                  int key_columns) {
  std::string key = row.number_text(0);
  for (int column = 1; column < key_columns; ++column) key += ", " + row.number_text(column);
  return damaged_row(connection, table, fmt::format("key ({})", key));
}

}  // namespace firstcome::store::pg
