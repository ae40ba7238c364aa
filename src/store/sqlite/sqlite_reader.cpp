#include "store/sqlite/sqlite_reader.h"

#include <fmt/core.h>

#include <limits>

#include "store/setting_rows.h"
#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {
namespace {

using sqlite::Statement;

std::optional<Timestamp> maybe_time(const Statement& row, int column) {
  const auto stored = row.maybe_integer(column);
  return stored ? std::optional(from_millis(*stored)) : std::nullopt;
}

Policy read_policy(const Statement& row) {
  Policy policy;
  policy.id = PolicyId{row.integer(0)};
  policy.name = row.text(1);
  policy.max_count = row.integer(2);
  policy.issued_count = row.integer(3);
  policy.active_count = row.integer(4);
  policy.per_user_limit = static_cast<std::int32_t>(row.integer(5));
  policy.issue_starts_at = maybe_time(row, 6);
  policy.issue_ends_at = maybe_time(row, 7);
  policy.valid_from = maybe_time(row, 8);
  policy.valid_until = maybe_time(row, 9);
  policy.state = static_cast<PolicyState>(row.integer(10));
  policy.revision = row.integer(11);
  policy.coupons_hash = integer_to_hash(row.integer(12));
  return policy;
}

/// Reads the first columns of select_coupons_ and select_user_coupons_.
Coupon read_coupon(const Statement& row) {
  Coupon coupon;
  coupon.policy = PolicyId{row.integer(0)};
  coupon.sequence = row.integer(1);
  coupon.user = UserId{row.integer(2)};
  coupon.user_ordinal = static_cast<std::int32_t>(row.integer(3));
  coupon.issued_at = from_millis(row.integer(4));
  coupon.offset = row.integer(5);
  return coupon;
}

}  // namespace

Result<std::unique_ptr<Reader>> SqliteReader::make(sqlite::Database database) {
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(database)));
  RETURN_IF_ERROR(reader->prepare());
  return std::unique_ptr<Reader>(std::move(reader));
}

Status SqliteReader::prepare() {
  return database_.prepare({
      {&select_settings_, "SELECT key, value FROM setting"},
      {&select_positions_, "SELECT " FIRSTCOME_POSITION_COLUMNS " FROM journal_position ORDER BY partition"},
      {&select_policies_, "SELECT " FIRSTCOME_POLICY_COLUMNS " FROM coupon_policy ORDER BY id"},
      {&select_policies_above_,
       "SELECT " FIRSTCOME_POLICY_COLUMNS " FROM coupon_policy WHERE id > ?1 ORDER BY id LIMIT ?2"},
      {&select_coupons_, R"(
         SELECT policy_id, sequence, user_id, user_ordinal, issued_at, journal_offset
         FROM coupon WHERE policy_id = ?1 ORDER BY sequence)"},
      {&select_user_coupons_, R"(
         SELECT policy_id, sequence, user_id, user_ordinal, issued_at, journal_offset, journal_partition, era
         FROM coupon INDEXED BY coupon_of_user
         WHERE user_id = ?1 AND policy_id > ?2 AND policy_id <= ?3
         ORDER BY policy_id, user_ordinal LIMIT ?4)"},
      {&select_code_, R"(
         SELECT first_offset, length(codes), substr(codes, ?3 - first_offset + 1, 1)
         FROM journal_batch WHERE era = ?1 AND partition = ?2 AND first_offset <= ?3
         ORDER BY first_offset DESC LIMIT 1)"},
      // Offsets of different eras are not comparable: all changes of a previous era are older.
      {&select_changes_, R"(
         SELECT revision, journal_offset, at, command, who
         FROM policy_change
         WHERE policy_id = ?1
           AND (journal_offset <= ?2 OR era < (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'era'))
         ORDER BY revision)"},
  });
}

Result<Settings> SqliteReader::settings() {
  const sqlite::ResetAtEnd reset(select_settings_);
  SettingRows rows;
  for (;;) {
    const auto step = select_settings_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) break;
    rows.emplace(select_settings_.text(0), select_settings_.text(1));
  }
  auto settings = read_settings(rows);
  if (const auto* key = std::get_if<std::string>(&settings)) return damaged_row(database_, "setting", *key);
  return std::get<Settings>(std::move(settings));
}

Result<std::vector<Position>> SqliteReader::positions() {
  const sqlite::ResetAtEnd reset(select_positions_);
  std::vector<Position> positions;
  for (;;) {
    const auto step = select_positions_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return positions;
    auto position = read_position(select_positions_);
    if (!position) {
      return damaged_row(database_, "journal_position",
                         fmt::format("partition {}", select_positions_.integer(0)));
    }
    positions.push_back(std::move(*position));
  }
}

Status SqliteReader::load_snapshot(SnapshotSink& sink) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  ASSIGN_OR_RETURN(auto stored, positions());
  for (const Position& position : stored) sink.position(position);
  ASSIGN_OR_RETURN(auto open, load_policies(sink));
  // One scan for each policy is faster than a join, which looks up the policy for each row.
  for (const PolicyId policy : open) {
    RETURN_IF_ERROR(load_coupons(policy, sink));
  }
  return Done{};
}

/// Passes the wanted policies to `sink`. Returns those that are not closed.
Result<std::vector<PolicyId>> SqliteReader::load_policies(SnapshotSink& sink) {
  const sqlite::ResetAtEnd reset(select_policies_);
  std::vector<PolicyId> open;
  for (;;) {
    const auto step = select_policies_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return open;
    const Policy policy = read_policy(select_policies_);
    if (!sink.wants(policy.id)) continue;
    sink.policy(policy);
    if (policy.state != PolicyState::Closed) open.push_back(policy.id);
  }
}

Status SqliteReader::load_coupons(PolicyId policy, SnapshotSink& sink) {
  const sqlite::ResetAtEnd reset(select_coupons_);
  select_coupons_.bind(1, policy.value);
  for (;;) {
    const auto step = select_coupons_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return Done{};
    sink.coupon(read_coupon(select_coupons_));
  }
}

Result<std::vector<Policy>> SqliteReader::policies(PolicyId after, std::size_t limit) {
  const sqlite::ResetAtEnd reset(select_policies_above_);
  select_policies_above_.bind(1, after.value);
  select_policies_above_.bind(2, static_cast<std::int64_t>(limit));
  std::vector<Policy> policies;
  for (;;) {
    const auto step = select_policies_above_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return policies;
    policies.push_back(read_policy(select_policies_above_));
  }
}

Result<std::optional<CouponRow>> SqliteReader::find_coupon(PolicyId policy, UserId user) {
  ASSIGN_OR_RETURN(auto found, coupons_of(user, PolicyId{policy.value - 1}, policy, 1));
  if (found.empty()) return std::optional<CouponRow>();
  return std::optional(found.front());
}

Result<UserCoupons> SqliteReader::user_coupons(UserId user, std::optional<PolicyId> policy, PolicyId after,
                                               std::size_t limit) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  const PolicyId above = policy ? PolicyId{policy->value - 1} : after;
  const PolicyId up_to = policy.value_or(PolicyId{std::numeric_limits<std::int64_t>::max()});
  ASSIGN_OR_RETURN(auto coupons, coupons_of(user, above, up_to, limit));
  ASSIGN_OR_RETURN(auto stored, positions());
  return UserCoupons{std::move(coupons), std::move(stored)};
}

Result<std::vector<CouponRow>> SqliteReader::coupons_of(UserId user, PolicyId above, PolicyId up_to,
                                                        std::size_t limit) {
  const sqlite::ResetAtEnd reset(select_user_coupons_);
  select_user_coupons_.bind(1, user.value);
  select_user_coupons_.bind(2, above.value);
  select_user_coupons_.bind(3, up_to.value);
  select_user_coupons_.bind(4, static_cast<std::int64_t>(limit));
  std::vector<CouponRow> coupons;
  for (;;) {
    const auto step = select_user_coupons_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return coupons;
    coupons.push_back({read_coupon(select_user_coupons_),
                       static_cast<Partition>(select_user_coupons_.integer(6)),
                       static_cast<Era>(select_user_coupons_.integer(7))});
  }
}

Result<std::optional<Code>> SqliteReader::code_at(Era era, Partition partition, Offset offset) {
  const sqlite::ResetAtEnd reset(select_code_);
  select_code_.bind(1, std::int64_t{era});
  select_code_.bind(2, std::int64_t{partition});
  select_code_.bind(3, offset);
  const auto step = select_code_.step();
  if (step == Statement::Step::Failed) return database_.error();
  if (step == Statement::Step::Done) return std::optional<Code>();
  if (offset >= select_code_.integer(0) + select_code_.integer(1)) return std::optional<Code>();
  const auto code = code_from_number(static_cast<std::uint8_t>(select_code_.blob(2).at(0)));
  if (!code) {
    return damaged_row(database_, "journal_batch", fmt::format("partition {}, offset {}", partition, offset));
  }
  return code;
}

Result<std::vector<PolicyChangeRow>> SqliteReader::policy_changes(PolicyId policy, Offset until) {
  const sqlite::ResetAtEnd reset(select_changes_);
  select_changes_.bind(1, policy.value);
  select_changes_.bind(2, until);
  std::vector<PolicyChangeRow> changes;
  for (;;) {
    const auto step = select_changes_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) return changes;
    changes.push_back({.policy = policy,
                       .revision = select_changes_.integer(0),
                       .offset = select_changes_.integer(1),
                       .at = from_millis(select_changes_.integer(2)),
                       .command = std::string(select_changes_.text(3)),
                       .who = std::string(select_changes_.text(4))});
  }
}

}  // namespace firstcome::store
