#include "store/sqlite/sqlite_scan.h"

#include <fmt/core.h>

#include <limits>

#include "store/sqlite/sqlite_rows.h"

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
  std::uint64_t hash() { return integer_to_hash(integer()); }
  Timestamp time() { return from_millis(integer()); }
  std::optional<Timestamp> maybe_time() {
    const auto stored = row_.maybe_integer(column_++);
    return stored ? std::optional(from_millis(*stored)) : std::nullopt;
  }
  std::string_view text() { return row_.text(column_++); }
  OriginMarks marks() {
    auto marks = text_to_marks(text());
    if (!marks) good_ = false;
    return marks.value_or(OriginMarks{});
  }
  PolicyState policy_state() {
    const std::int64_t stored = integer();
    if (stored < 1 || stored > static_cast<std::int64_t>(kLastPolicyState)) good_ = false;
    return static_cast<PolicyState>(stored);
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  const Statement& row_;
  int column_ = 0;
  bool good_ = true;
};

bool take_position(const Statement& row, RowSink& sink) {
  Columns columns(row);
  columns.number<Partition>();
  columns.number<Era>();
  columns.integer();
  columns.integer();
  columns.number<std::int32_t>();
  columns.marks();
  columns.number<std::uint32_t>();
  if (!columns.good()) return false;
  sink.position(*read_position(row));
  return true;
}

bool take_policy(const Statement& row, RowSink& sink) {
  Columns columns(row);
  Policy policy;
  policy.id = PolicyId{columns.integer()};
  policy.name = columns.text();
  policy.max_count = columns.integer();
  policy.issued_count = columns.integer();
  policy.active_count = columns.integer();
  policy.per_user_limit = columns.number<std::int32_t>();
  policy.issue_starts_at = columns.maybe_time();
  policy.issue_ends_at = columns.maybe_time();
  policy.valid_from = columns.maybe_time();
  policy.valid_until = columns.maybe_time();
  policy.state = columns.policy_state();
  policy.revision = columns.integer();
  policy.coupons_hash = columns.hash();
  if (columns.good()) sink.policy(policy);
  return columns.good();
}

bool take_change(const Statement& row, RowSink& sink) {
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
  if (columns.good()) sink.change(stored);
  return columns.good();
}

bool take_batch(const Statement& row, RowSink& sink) {
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
  if (columns.good()) sink.batch(std::move(batch));
  return columns.good();
}

bool take_coupon(const Statement& row, RowSink& sink) {
  Columns columns(row);
  CouponRow stored;
  stored.coupon.policy = PolicyId{columns.integer()};
  stored.coupon.sequence = columns.integer();
  stored.coupon.user = UserId{columns.integer()};
  stored.coupon.user_ordinal = columns.number<std::int32_t>();
  stored.coupon.issued_at = columns.time();
  stored.era = columns.number<Era>();
  stored.partition = columns.number<Partition>();
  stored.coupon.offset = columns.integer();
  if (columns.good()) sink.coupon(stored);
  return columns.good();
}

/// A table: a SELECT of its rows in the order of the key, and the number of key columns.
struct Table {
  const char* name;
  const char* select;
  int key_columns;
  bool (*take)(const Statement& row, RowSink& sink);
};

constexpr Table kTables[] = {
    {"journal_position", "SELECT " FIRSTCOME_POSITION_COLUMNS " FROM journal_position ORDER BY partition", 1,
     take_position},
    {"coupon_policy", "SELECT " FIRSTCOME_POLICY_COLUMNS " FROM coupon_policy ORDER BY id", 1, take_policy},
    {"policy_change",
     R"(SELECT policy_id, revision, at, command, who, era, journal_partition, journal_offset
        FROM policy_change ORDER BY policy_id, revision)",
     2, take_change},
    {"journal_batch",
     R"(SELECT era, partition, first_offset, codes, clock, rules, origin_marks, state_hash
        FROM journal_batch ORDER BY era, partition, first_offset)",
     3, take_batch},
    {"coupon",
     R"(SELECT policy_id, sequence, user_id, user_ordinal, issued_at, era, journal_partition, journal_offset
        FROM coupon ORDER BY policy_id, sequence)",
     2, take_coupon},
};

Status scan_table(sqlite::Database& database, const Table& table, RowSink& sink) {
  ASSIGN_OR_RETURN(auto rows, database.prepare(table.select));
  for (;;) {
    const auto step = rows.step();
    if (step == Statement::Step::Failed) return database.error();
    if (step == Statement::Step::Done) return Done{};
    if (table.take(rows, sink)) continue;
    std::string key = fmt::format("{}", rows.integer(0));
    for (int column = 1; column < table.key_columns; ++column)
      key += fmt::format(", {}", rows.integer(column));
    return damaged_row(database, table.name, fmt::format("key ({})", key));
  }
}

}  // namespace

Status scan_rows(sqlite::Database& database, RowSink& sink) {
  sqlite::Transaction snapshot(database);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  for (const Table& table : kTables) {
    RETURN_IF_ERROR(scan_table(database, table, sink));
  }
  return Done{};
}

}  // namespace firstcome::store
