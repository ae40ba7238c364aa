#include "store/postgres/postgres_reader.h"

#include <fmt/core.h>

#include <limits>

#include "postgres/transaction.h"
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
      {"user_coupons", "SELECT " FIRSTCOME_PG_COUPON R"(
         FROM coupon WHERE user_id = $1 AND policy_id > $2 AND policy_id <= $3
         ORDER BY policy_id, user_ordinal LIMIT $4)"},
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

Result<std::optional<CouponRow>> PostgresReader::find_coupon(PolicyId policy, UserId user) {
  RETURN_IF_ERROR(connection_.ensure());
  ASSIGN_OR_RETURN(auto found, select_coupons(user, PolicyId{policy.value - 1}, policy, 1));
  if (found.empty()) return std::optional<CouponRow>();
  return std::optional(found.front());
}

Result<UserCoupons> PostgresReader::user_coupons(UserId user, std::optional<PolicyId> policy, PolicyId after,
                                                 std::size_t limit) {
  postgres::Transaction snapshot(connection_);
  RETURN_IF_ERROR(snapshot.begin_snapshot());
  const PolicyId above = policy ? PolicyId{policy->value - 1} : after;
  const PolicyId up_to = policy.value_or(PolicyId{std::numeric_limits<std::int64_t>::max()});
  ASSIGN_OR_RETURN(auto coupons, select_coupons(user, above, up_to, limit));
  ASSIGN_OR_RETURN(auto stored, select_positions());
  return UserCoupons{std::move(coupons), std::move(stored)};
}

Result<std::vector<CouponRow>> PostgresReader::select_coupons(UserId user, PolicyId above, PolicyId up_to,
                                                              std::size_t limit) {
  Params params;
  params.int8(user.value).int8(above.value).int8(up_to.value).int8(static_cast<std::int64_t>(limit));
  ASSIGN_OR_RETURN(auto rows, connection_.run("user_coupons", params));
  std::vector<CouponRow> coupons;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    const auto coupon = pg::read_coupon(row);
    if (!coupon) return pg::damaged_row(connection_, "coupon", row, 2);
    coupons.push_back(*coupon);
  }
  return coupons;
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
