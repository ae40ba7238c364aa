#include "store/sqlite/sqlite_rows.h"

#include <fmt/core.h>

#include <limits>

#include "store/stored_enum.h"

namespace firstcome::store {
namespace {

using sqlite::Statement;

/// Reads the columns of one row from left to right, and detects invalid values.
class Columns {
 public:
  explicit Columns(const Statement& row) : row_(row) {}

  template <class Number>
  Number number() {
    const std::int64_t stored = row_.integer(column_++);
    if (stored < std::numeric_limits<Number>::min() || stored > std::numeric_limits<Number>::max())
      good_ = false;
    return static_cast<Number>(stored);
  }
  std::int64_t integer() { return row_.integer(column_++); }
  std::optional<std::int64_t> maybe_integer() { return row_.maybe_integer(column_++); }
  bool boolean() {
    const std::int64_t stored = integer();
    if (stored != 0 && stored != 1) good_ = false;
    return stored == 1;
  }
  /// Reads a number that `from_number` converts.
  template <class Enum>
  Enum enumeration(std::optional<Enum> (*from_number)(std::int64_t)) {
    const auto value = from_number(integer());
    if (!value) good_ = false;
    return value.value_or(Enum{1});
  }
  std::uint64_t hash() { return integer_to_hash(integer()); }
  Timestamp time() { return from_millis(integer()); }
  std::optional<Timestamp> maybe_time() {
    const auto stored = maybe_integer();
    return stored ? std::optional(from_millis(*stored)) : std::nullopt;
  }
  std::string_view text() { return row_.text(column_++); }
  OriginMarks marks() {
    auto marks = text_to_marks(text());
    if (!marks) good_ = false;
    return marks.value_or(OriginMarks{});
  }
  std::vector<AcceptedReference> references() {
    auto references = text_to_references(text());
    if (!references) good_ = false;
    return std::move(references).value_or(std::vector<AcceptedReference>());
  }
  template <class Value>
  std::optional<Value> if_good(Value value) const {
    if (!good_) return std::nullopt;
    return value;
  }

 private:
  const Statement& row_;
  int column_ = 0;
  bool good_ = true;
};

CouponRow coupon_from(Columns& columns) {
  CouponRow stored;
  stored.coupon.policy = PolicyId{columns.integer()};
  stored.coupon.sequence = columns.integer();
  stored.coupon.user = UserId{columns.integer()};
  stored.coupon.user_ordinal = columns.number<std::int32_t>();
  stored.coupon.issued_at = columns.time();
  stored.era = columns.number<Era>();
  stored.partition = columns.number<Partition>();
  stored.coupon.offset = columns.integer();
  return stored;
}

/// Reads the columns after the key.
void take_life(Columns& columns, CouponLife& life) {
  life.state = columns.enumeration(coupon_state_from);
  life.gave_back_place = columns.boolean();
  life.held_until = columns.maybe_time().value_or(Timestamp{});
  life.references = columns.references();
}

}  // namespace

std::optional<Position> read_position(const Statement& row) {
  Columns columns(row);
  Position position;
  position.partition = columns.number<Partition>();
  position.era = columns.number<Era>();
  position.next_offset = columns.integer();
  position.state.clock = columns.time();
  position.state.rules = columns.number<std::int32_t>();
  position.state.origin_marks = columns.marks();
  position.has_checksum = !row.null(6);
  position.checksum = columns.number<std::uint32_t>();
  position.state.state_hash = columns.hash();
  position.halted_reason = columns.text();
  return columns.if_good(std::move(position));
}

std::optional<Policy> read_policy(const Statement& row) {
  Columns columns(row);
  Policy policy;
  policy.id = PolicyId{columns.integer()};
  policy.name = columns.text();
  policy.max_count = columns.integer();
  policy.issued_count = columns.integer();
  policy.active_count = columns.integer();
  policy.used_count = columns.integer();
  policy.cancelled_count = columns.integer();
  policy.per_user_limit = columns.number<std::int32_t>();
  policy.issue_starts_at = columns.maybe_time();
  policy.issue_ends_at = columns.maybe_time();
  policy.valid_from = columns.maybe_time();
  policy.valid_until = columns.maybe_time();
  if (const auto valid_for = columns.maybe_integer()) policy.valid_for = milliseconds{*valid_for};
  policy.on_cancel = columns.enumeration(on_cancel_from);
  policy.reissue = columns.boolean();
  policy.codes = columns.enumeration(code_kind_from);
  policy.code_prefix = columns.text();
  policy.create_key = columns.text();
  policy.state = columns.enumeration(policy_state_from);
  policy.revision = columns.integer();
  policy.newest_issued_at = columns.maybe_time().value_or(Timestamp{});
  policy.coupons_hash = columns.hash();
  policy.eligible = columns.enumeration(eligible_from);
  policy.listed_count = columns.integer();
  policy.code_count = columns.integer();
  return columns.if_good(std::move(policy));
}

std::optional<StoredChange> read_change(const Statement& row) {
  Columns columns(row);
  StoredChange stored;
  stored.change.policy = PolicyId{columns.integer()};
  stored.change.revision = columns.integer();
  stored.change.at = columns.time();
  stored.change.command = columns.text();
  stored.change.who = columns.text();
  stored.era = columns.number<Era>();
  stored.partition = columns.number<Partition>();
  stored.change.offset = columns.integer();
  return columns.if_good(std::move(stored));
}

std::optional<BatchRow> read_batch(const Statement& row) {
  Columns columns(row);
  BatchRow batch;
  batch.era = columns.number<Era>();
  batch.partition = columns.number<Partition>();
  batch.first_offset = columns.integer();
  const std::string_view codes = columns.text();
  batch.codes.assign(codes.begin(), codes.end());
  batch.after.clock = columns.time();
  batch.after.rules = columns.number<std::int32_t>();
  batch.after.origin_marks = columns.marks();
  batch.after.state_hash = columns.hash();
  return columns.if_good(std::move(batch));
}

std::optional<CouponRow> read_coupon(const Statement& row) {
  Columns columns(row);
  return columns.if_good(coupon_from(columns));
}

std::optional<CouponLife> read_life(const Statement& row) {
  Columns columns(row);
  CouponLife life;
  life.policy = PolicyId{columns.integer()};
  life.sequence = columns.integer();
  take_life(columns, life);
  return columns.if_good(std::move(life));
}

std::optional<CouponWithLife> read_coupon_with_life(const Statement& row) {
  constexpr int kLifeState = 8;
  Columns columns(row);
  CouponWithLife stored{coupon_from(columns), {}};
  stored.life.policy = stored.row.coupon.policy;
  stored.life.sequence = stored.row.coupon.sequence;
  if (!row.null(kLifeState)) take_life(columns, stored.life);
  return columns.if_good(std::move(stored));
}

std::optional<StoredCouponChange> read_coupon_change(const Statement& row) {
  Columns columns(row);
  StoredCouponChange stored;
  stored.change.policy = PolicyId{columns.integer()};
  stored.change.sequence = columns.integer();
  stored.era = columns.number<Era>();
  stored.change.offset = columns.integer();
  stored.partition = columns.number<Partition>();
  stored.change.at = columns.time();
  stored.change.kind = columns.enumeration(command_kind_from);
  stored.change.reference = columns.text();
  stored.change.held_until = columns.maybe_time().value_or(Timestamp{});
  stored.change.reason = columns.text();
  stored.change.who = columns.text();
  return columns.if_good(std::move(stored));
}

std::optional<StoredListedUser> read_listed(const Statement& row) {
  Columns columns(row);
  StoredListedUser stored;
  stored.listed.policy = PolicyId{columns.integer()};
  stored.listed.user = UserId{columns.integer()};
  stored.listed.number = columns.integer();
  stored.listed.offset = columns.integer();
  stored.era = columns.number<Era>();
  stored.partition = columns.number<Partition>();
  return columns.if_good(stored);
}

std::optional<StoredImportedCode> read_imported_code(const Statement& row) {
  Columns columns(row);
  StoredImportedCode stored;
  stored.code.policy = PolicyId{columns.integer()};
  stored.code.sequence = columns.integer();
  stored.code.code = columns.text();
  stored.code.offset = columns.integer();
  stored.era = columns.number<Era>();
  stored.partition = columns.number<Partition>();
  return columns.if_good(std::move(stored));
}

Error damaged_row(const sqlite::Database& database, std::string_view table, const std::string& which) {
  return Error::permanent(
      "{}: the row of {} for {} is invalid: it was changed manually or by a newer version. Restore the data "
      "folder from a backup.",
      database.path(), table, which);
}

Error damaged_row(const sqlite::Database& database, const Table& table, const Statement& row) {
  std::string key = fmt::format("{}", row.integer(0));
  for (int column = 1; column < table.key_columns; ++column) key += fmt::format(", {}", row.integer(column));
  return damaged_row(database, table.name, fmt::format("key ({})", key));
}

}  // namespace firstcome::store
