#include "store/postgres/postgres_rows.h"

#include <fmt/core.h>

#include "store/origin_marks.h"

namespace firstcome::store::pg {
namespace {

using postgres::Columns;
using postgres::Row;

OriginMarks read_marks(Columns& columns) {
  auto marks = text_to_marks(columns.text());
  if (!marks) columns.damaged();
  return marks.value_or(OriginMarks{});
}

PolicyState read_policy_state(Columns& columns) {
  const std::int16_t stored = columns.int2();
  if (stored < 1 || stored > static_cast<std::int16_t>(kLastPolicyState)) columns.damaged();
  return static_cast<PolicyState>(stored);
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
  policy.per_user_limit = columns.int4();
  policy.issue_starts_at = columns.maybe_time();
  policy.issue_ends_at = columns.maybe_time();
  policy.valid_from = columns.maybe_time();
  policy.valid_until = columns.maybe_time();
  policy.state = read_policy_state(columns);
  policy.revision = columns.int8();
  policy.coupons_hash = columns.hash();
  return if_good(columns, std::move(policy));
}

std::optional<CouponRow> read_coupon(const Row& row) {
  Columns columns(row);
  CouponRow stored;
  stored.coupon.policy = PolicyId{columns.int8()};
  stored.coupon.sequence = columns.int8();
  stored.coupon.user = UserId{columns.int8()};
  stored.coupon.offset = columns.int8();
  stored.coupon.issued_at = columns.time();
  stored.coupon.user_ordinal = columns.int4();
  stored.era = columns.int4();
  stored.partition = columns.int4();
  return if_good(columns, stored);
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
