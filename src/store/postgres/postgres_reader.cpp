#include "store/postgres/postgres_reader.h"

#include <fmt/core.h>

#include "postgres/transaction.h"
#include "store/coupon_counts.h"
#include "store/postgres/postgres_rows.h"
#include "store/setting_rows.h"

namespace firstcome::store {
namespace {

using postgres::Columns;
using postgres::Params;
using postgres::Row;

std::vector<postgres::Prepared> reader_statements() {
  return {
      {"settings", "SELECT key, value FROM setting"},
      {"positions", "SELECT " FIRSTCOME_PG_POSITION " FROM journal_position ORDER BY partition"},
      {"policies", "SELECT " FIRSTCOME_PG_POLICY " FROM coupon_policy WHERE id > $1 ORDER BY id LIMIT $2"},
      {"find_coupon", "SELECT " FIRSTCOME_PG_COUPON R"(
         FROM coupon
         WHERE user_id = $1 AND policy_id = $2 AND user_ordinal <= $3 AND (era, journal_offset) < ($4, $5)
         ORDER BY user_ordinal DESC LIMIT 1)"},
      // LATERAL with a LIMIT is one search of the primary key for each coupon, independent of the statistics.
      {"coupon", "SELECT " FIRSTCOME_PG_COUPON_WITH_LIFE R"(
         FROM coupon AS c LEFT JOIN LATERAL (
           SELECT * FROM coupon_life WHERE policy_id = c.policy_id AND sequence = c.sequence LIMIT 1) AS l ON true
         WHERE c.policy_id = $1 AND c.sequence = $2)"},
      {"user_coupons", "SELECT " FIRSTCOME_PG_COUPON_WITH_LIFE R"(
         FROM (SELECT * FROM coupon
               WHERE user_id = $1 AND (policy_id, user_ordinal) > ($2, $3) AND policy_id <= $4
               ORDER BY policy_id, user_ordinal LIMIT $5) AS c
         LEFT JOIN LATERAL (
           SELECT * FROM coupon_life WHERE policy_id = c.policy_id AND sequence = c.sequence LIMIT 1) AS l ON true
         ORDER BY c.policy_id, c.user_ordinal)"},
      {"newest_sequence", "SELECT issued_count FROM coupon_policy WHERE id = $1"},
      {"policy_coupons", "SELECT " FIRSTCOME_PG_COUPON_WITH_LIFE R"(
         FROM coupon AS c LEFT JOIN coupon_life AS l
           ON l.policy_id = $1 AND l.sequence = c.sequence AND l.sequence > $2 AND l.sequence <= $3
         WHERE c.policy_id = $1 AND c.sequence > $2 AND c.sequence <= $3
           AND (1 << coalesce(l.state, 1)) & $4 <> 0
         ORDER BY c.sequence)"},
      {"count_holds", R"(
         SELECT count(*), 0::bigint FROM coupon_life
         WHERE policy_id = $1 AND state = 2 AND held_until > $2)"},
      {"count_holds_and_expired", R"(
         SELECT count(*) FILTER (WHERE c.issued_at > $3 AND l.state = 2 AND l.held_until > $2),
                count(*) FILTER (WHERE c.issued_at <= $3 AND coalesce(l.state, 1) IN (1, 2))
         FROM coupon AS c LEFT JOIN coupon_life AS l ON l.policy_id = $1 AND l.sequence = c.sequence
         WHERE c.policy_id = $1)"},
      {"imported_code", "SELECT code FROM coupon_code WHERE policy_id = $1 AND sequence = $2"},
      {"coupon_changes", "SELECT " FIRSTCOME_PG_COUPON_CHANGE R"(
         FROM coupon_change WHERE policy_id = $1 AND sequence = $2
         ORDER BY era, journal_offset)"},
      {"code", R"(
         SELECT first_offset, length(codes), substr(codes, least($3 - first_offset + 1, 2147483647)::integer, 1)
         FROM journal_batch WHERE era = $1 AND partition = $2 AND first_offset <= $3
         ORDER BY first_offset DESC LIMIT 1)"},
      // Offsets of different eras are not comparable: all changes of a previous era are older.
      {"changes", "SELECT " FIRSTCOME_PG_CHANGE R"(
         FROM policy_change
         WHERE policy_id = $1
           AND (journal_offset <= $2 OR era < (SELECT value::integer FROM setting WHERE key = 'era'))
         ORDER BY revision)"},
  };
}

}  // namespace

PostgresReader::PostgresReader(postgres::Address address, postgres::SessionSettings session)
    : connection_(std::move(address), std::move(session), reader_statements()) {}

Result<Settings> PostgresReader::settings() {
  RETURN_IF_ERROR(connection_.ensure());
  ASSIGN_OR_RETURN(auto stored, connection_.run("settings", {}));
  if (stored.empty()) {
    return Error::permanent("{}: the store is empty: the first issuer that starts fills it for its journal",
                            connection_.name());
  }
  SettingRows rows;
  for (int i = 0; i < stored.size(); ++i) {
    const Row row = stored[i];
    rows.emplace(row.field(0).value_or(""), row.field(1).value_or(""));
  }
  auto settings = read_settings(rows);
  if (const auto* key = std::get_if<std::string>(&settings))
    return pg::damaged_row(connection_, "setting", *key);
  return std::get<Settings>(std::move(settings));
}

Result<std::vector<Position>> PostgresReader::positions() {
  RETURN_IF_ERROR(connection_.ensure());
  return select_positions();
}

Result<std::vector<Position>> PostgresReader::select_positions() {
  ASSIGN_OR_RETURN(auto rows, connection_.run("positions", {}));
  std::vector<Position> positions;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto position = pg::read_position(row);
    if (!position) return pg::damaged_row(connection_, "journal_position", row, 1);
    positions.push_back(std::move(*position));
  }
  return positions;
}

Result<std::vector<Policy>> PostgresReader::policies(PolicyId after, std::size_t limit) {
  RETURN_IF_ERROR(connection_.ensure());
  return select_policies(after, limit);
}

Result<std::vector<Policy>> PostgresReader::select_policies(PolicyId after, std::size_t limit) {
  Params params;
  params.int8(after.value).int8(static_cast<std::int64_t>(limit));
  ASSIGN_OR_RETURN(auto rows, connection_.run("policies", params));
  std::vector<Policy> policies;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto policy = pg::read_policy(row);
    if (!policy) return pg::damaged_row(connection_, "coupon_policy", row, 1);
    policies.push_back(std::move(*policy));
  }
  return policies;
}

Result<std::optional<CouponRow>> PostgresReader::find_coupon(PolicyId policy, UserId user,
                                                             std::int32_t ordinal, EraOffset before) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(user.value).int8(policy.value).int4(ordinal).int4(before.era).int8(before.offset);
  ASSIGN_OR_RETURN(auto rows, connection_.run("find_coupon", params));
  if (rows.empty()) return std::optional<CouponRow>();
  const Row row = rows[0];
  auto coupon = pg::read_coupon(row);
  if (!coupon) return pg::damaged_row(connection_, "coupon", row, 2);
  return coupon;
}

Result<std::optional<CouponWithLife>> PostgresReader::coupon(PolicyId policy, std::int64_t sequence) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(policy.value).int8(sequence);
  std::optional<CouponWithLife> found;
  RETURN_IF_ERROR(
      select_coupons("coupon", params, [&](CouponWithLife coupon) { found = std::move(coupon); }));
  return found;
}

Result<std::string> PostgresReader::imported_code(PolicyId policy, std::int64_t sequence) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(policy.value).int8(sequence);
  ASSIGN_OR_RETURN(auto rows, connection_.run("imported_code", params));
  return rows.empty() ? std::string() : std::string(rows[0].field(0).value_or(""));
}

Result<UserCoupons> PostgresReader::user_coupons(UserId user, std::optional<PolicyId> policy,
                                                 UserCouponCursor after, std::size_t limit) {
  postgres::Transaction snapshot(connection_);
  RETURN_IF_ERROR(snapshot.begin_snapshot());
  const UserCouponRange range = user_coupon_range(policy, after);
  Params params;
  params.int8(user.value).int8(range.above.policy.value).int4(range.above.ordinal).int8(range.up_to.value);
  params.int8(static_cast<std::int64_t>(limit));
  UserCoupons page;
  const auto take = [&](CouponWithLife coupon) { page.coupons.push_back(std::move(coupon)); };
  RETURN_IF_ERROR(select_coupons("user_coupons", params, take));
  ASSIGN_OR_RETURN(page.positions, select_positions());
  return page;
}

Result<PolicyCoupons> PostgresReader::policy_coupons(PolicyId policy, std::int64_t after, std::size_t limit,
                                                     const CouponFilter& filter) {
  RETURN_IF_ERROR(connection_.ensure());
  Params id;
  id.int8(policy.value);
  ASSIGN_OR_RETURN(auto rows, connection_.run("newest_sequence", id));
  if (rows.empty()) return PolicyCoupons{};
  const Row row = rows[0];
  const auto read = [&](const CouponRange& range, const TakeCoupon& take) {
    Params params;
    params.int8(policy.value).int8(range.after).int8(range.up_to).int4(state_bits(filter));
    return select_coupons("policy_coupons", params, take);
  };
  return page_of(policy, after, limit, filter, Columns(row).int8(), read);
}

Status PostgresReader::select_coupons(const char* statement, const Params& params, const TakeCoupon& take) {
  ASSIGN_OR_RETURN(auto rows, connection_.run(statement, params));
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto coupon = pg::read_coupon_with_life(row);
    if (!coupon) return pg::damaged_row(connection_, "coupon or coupon_life", row, 2);
    take(std::move(*coupon));
  }
  return Done{};
}

Result<std::vector<StoredCouponChange>> PostgresReader::coupon_changes(PolicyId policy,
                                                                       std::int64_t sequence) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(policy.value).int8(sequence);
  ASSIGN_OR_RETURN(auto rows, connection_.run("coupon_changes", params));
  std::vector<StoredCouponChange> changes;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto change = pg::read_coupon_change(row);
    if (!change) return pg::damaged_row(connection_, "coupon_change", row, 4);
    changes.push_back(std::move(*change));
  }
  return changes;
}

Result<std::optional<CouponCounts>> PostgresReader::count_coupons(PolicyId policy, Partition home) {
  postgres::Transaction snapshot(connection_);
  RETURN_IF_ERROR(snapshot.begin_snapshot());
  ASSIGN_OR_RETURN(const auto stored, select_positions());
  ASSIGN_OR_RETURN(const auto policies, select_policies(PolicyId{policy.value - 1}, 1));
  std::optional<Policy> found;
  if (!policies.empty() && policies.front().id == policy) found = policies.front();
  return counts_of(
      found, home, stored, [&](const ExpiredCoupons& expired, Timestamp clock) -> Result<CountedRows> {
        const bool some = expired.which == ExpiredCoupons::Which::IssuedUntil;
        Params params;
        params.int8(policy.value).time(clock);
        if (some) params.time(expired.issued_until);
        ASSIGN_OR_RETURN(const auto rows,
                         connection_.run(some ? "count_holds_and_expired" : "count_holds", params));
        const Row row = rows[0];
        Columns columns(row);
        const std::int64_t reserved = columns.int8();
        return CountedRows{.reserved = reserved, .expired = columns.int8()};
      });
}

Result<std::optional<Code>> PostgresReader::code_at(Era era, Partition partition, Offset offset) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int4(era).int4(partition).int8(offset);
  ASSIGN_OR_RETURN(auto rows, connection_.run("code", params));
  if (rows.empty()) return std::optional<Code>();
  const Row row = rows[0];
  Columns columns(row);
  const Offset first = columns.int8();
  if (offset >= first + columns.int4()) return std::optional<Code>();
  const std::string_view byte = columns.bytes();
  const auto code = byte.size() == 1 ? code_from_number(static_cast<std::uint8_t>(byte[0])) : std::nullopt;
  if (!code || !columns.good()) {
    return pg::damaged_row(connection_, "journal_batch",
                           fmt::format("partition {}, offset {}", partition, offset));
  }
  return code;
}

Result<std::vector<PolicyChangeRow>> PostgresReader::policy_changes(PolicyId policy, Offset until) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(policy.value).int8(until);
  ASSIGN_OR_RETURN(auto rows, connection_.run("changes", params));
  std::vector<PolicyChangeRow> changes;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto stored = pg::read_change(row);
    if (!stored) return pg::damaged_row(connection_, "policy_change", row, 2);
    changes.push_back(std::move(stored->change));
  }
  return changes;
}

}  // namespace firstcome::store
