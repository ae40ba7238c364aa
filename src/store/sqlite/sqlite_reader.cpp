#include "store/sqlite/sqlite_reader.h"

#include <fmt/core.h>

#include <limits>

#include "store/coupon_counts.h"
#include "store/coupon_pages.h"
#include "store/setting_rows.h"
#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {
namespace {

using sqlite::Statement;

/// Appends every row to a list.
template <class Row>
auto append_to(std::vector<Row>& rows) {
  return [&rows](Row row) -> Status {
    rows.push_back(std::move(row));
    return Done{};
  };
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
      {&select_policy_, "SELECT " FIRSTCOME_POLICY_COLUMNS " FROM coupon_policy WHERE id = ?1"},
      {&select_coupons_, "SELECT " FIRSTCOME_COUPON_COLUMNS R"(
         FROM coupon WHERE policy_id = ?1 ORDER BY sequence)"},
      {&select_last_life_, "SELECT coalesce(max(rowid), 0) FROM coupon_life"},
      {&select_rows_of_lives_, "SELECT rowid FROM coupon_life WHERE policy_id = ?1"},  // reads only the index
      {&select_lives_,
       "SELECT " FIRSTCOME_LIFE_COLUMNS " FROM coupon_life WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid"},
      {&select_listed_, "SELECT " FIRSTCOME_LISTED_COLUMNS " FROM eligible_user WHERE policy_id = ?1"},
      {&select_imported_codes_,
       "SELECT " FIRSTCOME_IMPORTED_CODE_COLUMNS " FROM coupon_code WHERE policy_id = ?1"},
      {&select_imported_code_, "SELECT code FROM coupon_code WHERE policy_id = ?1 AND sequence = ?2"},
      {&select_users_coupon_, "SELECT " FIRSTCOME_COUPON_COLUMNS R"(
         FROM coupon INDEXED BY coupon_of_user
         WHERE user_id = ?1 AND policy_id = ?2 AND user_ordinal <= ?3 AND (era, journal_offset) < (?4, ?5)
         ORDER BY user_ordinal DESC LIMIT 1)"},
      {&select_user_coupons_, "SELECT " FIRSTCOME_COUPON_WITH_LIFE_COLUMNS R"(
         FROM coupon AS c INDEXED BY coupon_of_user
         LEFT JOIN coupon_life AS l ON l.policy_id = c.policy_id AND l.sequence = c.sequence
         WHERE c.user_id = ?1 AND (c.policy_id, c.user_ordinal) > (?2, ?3) AND c.policy_id <= ?4
         ORDER BY c.policy_id, c.user_ordinal LIMIT ?5)"},
      {&select_coupon_range_, "SELECT " FIRSTCOME_COUPON_WITH_LIFE_COLUMNS R"(
         FROM coupon AS c LEFT JOIN coupon_life AS l ON l.policy_id = ?1 AND l.sequence = c.sequence
         WHERE c.policy_id = ?1 AND c.sequence > ?2 AND c.sequence <= ?3
           AND (1 << coalesce(l.state, 1)) & ?4 <> 0
         ORDER BY c.sequence)"},
      {&count_holds_, R"(
         SELECT count(*), 0 FROM coupon_life
         WHERE policy_id = ?1 AND state = 2 AND held_until > ?2)"},
      {&count_holds_and_expired_, R"(
         SELECT count(*) FILTER (WHERE c.issued_at > ?3 AND l.state = 2 AND l.held_until > ?2),
                count(*) FILTER (WHERE c.issued_at <= ?3 AND coalesce(l.state, 1) IN (1, 2))
         FROM coupon AS c LEFT JOIN coupon_life AS l ON l.policy_id = ?1 AND l.sequence = c.sequence
         WHERE c.policy_id = ?1)"},
      {&select_coupon_changes_, "SELECT " FIRSTCOME_COUPON_CHANGE_COLUMNS R"(
         FROM coupon_change WHERE policy_id = ?1 AND sequence = ?2 ORDER BY era, journal_offset)"},
      {&select_code_, R"(
         SELECT first_offset, length(codes), substr(codes, ?3 - first_offset + 1, 1)
         FROM journal_batch WHERE era = ?1 AND partition = ?2 AND first_offset <= ?3
         ORDER BY first_offset DESC LIMIT 1)"},
      // Offsets of different eras are not comparable: all changes of a previous era are older.
      {&select_changes_, R"(
         SELECT )" FIRSTCOME_CHANGE_COLUMNS R"( FROM policy_change
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
  std::vector<Position> positions;
  RETURN_IF_ERROR(read_rows(database_, select_positions_, kPositions, read_position, append_to(positions)));
  return positions;
}

Result<std::vector<Policy>> SqliteReader::policies(PolicyId after, std::size_t limit) {
  select_policies_above_.bind(1, after.value);
  select_policies_above_.bind(2, static_cast<std::int64_t>(limit));
  std::vector<Policy> policies;
  RETURN_IF_ERROR(read_rows(database_, select_policies_above_, kPolicies, read_policy, append_to(policies)));
  return policies;
}

Result<std::optional<Policy>> SqliteReader::policy(PolicyId id) {
  select_policy_.bind(1, id.value);
  std::vector<Policy> found;
  RETURN_IF_ERROR(read_rows(database_, select_policy_, kPolicies, read_policy, append_to(found)));
  return found.empty() ? std::optional<Policy>() : std::optional(std::move(found.front()));
}

Result<std::optional<CouponRow>> SqliteReader::find_coupon(PolicyId policy, UserId user, std::int32_t ordinal,
                                                           EraOffset before) {
  select_users_coupon_.bind(1, user.value);
  select_users_coupon_.bind(2, policy.value);
  select_users_coupon_.bind(3, std::int64_t{ordinal});
  select_users_coupon_.bind(4, std::int64_t{before.era});
  select_users_coupon_.bind(5, before.offset);
  std::vector<CouponRow> found;
  RETURN_IF_ERROR(read_rows(database_, select_users_coupon_, kCoupons, read_coupon, append_to(found)));
  return found.empty() ? std::optional<CouponRow>() : std::optional(found.front());
}

Result<std::optional<CouponWithLife>> SqliteReader::coupon(PolicyId policy, std::int64_t sequence) {
  std::optional<CouponWithLife> found;
  const auto take = [&](CouponWithLife coupon) -> Status {
    found = std::move(coupon);
    return Done{};
  };
  RETURN_IF_ERROR(read_range({policy, sequence - 1, sequence}, {}, take));
  return found;
}

Status SqliteReader::read_range(const CouponRange& range, const CouponFilter& filter,
                                const std::function<Status(CouponWithLife)>& take) {
  select_coupon_range_.bind(1, range.policy.value);
  select_coupon_range_.bind(2, range.after);
  select_coupon_range_.bind(3, range.up_to);
  select_coupon_range_.bind(4, std::int64_t{state_bits(filter)});
  return read_rows(database_, select_coupon_range_, kCouponsWithLife, read_coupon_with_life, take);
}

Result<UserCoupons> SqliteReader::user_coupons(UserId user, std::optional<PolicyId> policy,
                                               UserCouponCursor after, std::size_t limit) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  const UserCouponRange range = user_coupon_range(policy, after);
  select_user_coupons_.bind(1, user.value);
  select_user_coupons_.bind(2, range.above.policy.value);
  select_user_coupons_.bind(3, std::int64_t{range.above.ordinal});
  select_user_coupons_.bind(4, range.up_to.value);
  select_user_coupons_.bind(5, static_cast<std::int64_t>(limit));
  UserCoupons page;
  RETURN_IF_ERROR(read_rows(database_, select_user_coupons_, kCouponsWithLife, read_coupon_with_life,
                            append_to(page.coupons)));
  ASSIGN_OR_RETURN(page.positions, positions());
  return page;
}

Result<PolicyCoupons> SqliteReader::policy_coupons(PolicyId policy, std::int64_t after, std::size_t limit,
                                                   const CouponFilter& filter) {
  ASSIGN_OR_RETURN(const auto found, this->policy(policy));
  if (!found) return PolicyCoupons{};
  return page_of(policy, after, limit, filter, found->issued_count,
                 [&](const CouponRange& range, const TakeCoupon& take) {
                   return read_range(range, filter, [&](CouponWithLife coupon) -> Status {
                     take(std::move(coupon));
                     return Done{};
                   });
                 });
}

Result<std::vector<StoredCouponChange>> SqliteReader::coupon_changes(PolicyId policy, std::int64_t sequence) {
  select_coupon_changes_.bind(1, policy.value);
  select_coupon_changes_.bind(2, sequence);
  std::vector<StoredCouponChange> changes;
  RETURN_IF_ERROR(
      read_rows(database_, select_coupon_changes_, kCouponChanges, read_coupon_change, append_to(changes)));
  return changes;
}

Status SqliteReader::export_coupons(PolicyId policy, CouponSink& sink) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  ASSIGN_OR_RETURN(const auto found, this->policy(policy));
  if (!found) return Done{};
  ASSIGN_OR_RETURN(const auto stored, positions());
  sink.begin(*found, stored);
  return read_range(
      {policy, 0, std::numeric_limits<std::int64_t>::max()}, {}, [&](CouponWithLife coupon) -> Status {
        if (found->codes == CodeKind::Imported) {
          ASSIGN_OR_RETURN(coupon.imported_code, imported_code(policy, coupon.row.coupon.sequence));
        }
        return sink.coupon(coupon);
      });
}

Result<std::string> SqliteReader::imported_code(PolicyId policy, std::int64_t sequence) {
  const sqlite::ResetAtEnd reset(select_imported_code_);
  select_imported_code_.bind(1, policy.value);
  select_imported_code_.bind(2, sequence);
  const auto step = select_imported_code_.step();
  if (step == Statement::Step::Failed) return database_.error();
  return step == Statement::Step::Done ? std::string() : std::string(select_imported_code_.text(0));
}

Result<std::optional<CouponCounts>> SqliteReader::count_coupons(PolicyId policy, Partition home) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  ASSIGN_OR_RETURN(const auto found, this->policy(policy));
  ASSIGN_OR_RETURN(const auto stored, positions());
  return counts_of(found, home, stored,
                   [&](const ExpiredCoupons& expired, Timestamp clock) -> Result<CountedRows> {
                     const bool some = expired.which == ExpiredCoupons::Which::IssuedUntil;
                     Statement& count = some ? count_holds_and_expired_ : count_holds_;
                     const sqlite::ResetAtEnd reset(count);
                     count.bind(1, policy.value);
                     count.bind(2, to_millis(clock));
                     if (some) count.bind(3, to_millis(expired.issued_until));
                     if (count.step() != Statement::Step::Row) return database_.error();
                     return CountedRows{.reserved = count.integer(0), .expired = count.integer(1)};
                   });
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
  select_changes_.bind(1, policy.value);
  select_changes_.bind(2, until);
  std::vector<PolicyChangeRow> changes;
  RETURN_IF_ERROR(
      read_rows(database_, select_changes_, kChanges, read_change, [&](StoredChange stored) -> Status {
        changes.push_back(std::move(stored.change));
        return Done{};
      }));
  return changes;
}

}  // namespace firstcome::store
