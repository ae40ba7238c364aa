#include "admission/postgres/stored_row.h"

namespace firstcome::admission {
namespace {

using postgres::Columns;
using postgres::Row;

constexpr int kRevision = 3, kSequence = 12;  // the first columns of the policy and of the coupon

Policy read_policy(PolicyId id, Columns& columns) {
  Policy policy{.id = id};
  policy.revision = columns.int8();
  const std::int16_t state = columns.int2();
  if (state < 1 || state > static_cast<std::int16_t>(kLastPolicyState)) columns.damaged();
  policy.state = static_cast<PolicyState>(state);
  policy.max_count = columns.int8();
  policy.active_count = columns.int8();
  policy.issue_starts_at = columns.maybe_time();
  policy.issue_ends_at = columns.maybe_time();
  policy.per_user_limit = columns.int4();
  policy.reissue = columns.boolean();
  policy.cancelled_count = columns.int8();
  return policy;
}

}  // namespace

postgres::Prepared validation_statement() {
  return {"validate",
          "SELECT j.era, j.next_offset, j.clock, p.revision, p.state, p.max_count, p.active_count, "
          "p.issue_starts_at, p.issue_ends_at, p.per_user_limit, p.reissue, p.cancelled_count, "
          "c.sequence, c.issued_at, c.user_ordinal FROM journal_position j "
          "LEFT JOIN coupon_policy p ON p.id = $2 "
          "LEFT JOIN LATERAL (SELECT sequence, issued_at, user_ordinal FROM coupon "
          "WHERE user_id = $3 AND policy_id = $2 AND user_ordinal <= $4 "
          "ORDER BY user_ordinal DESC LIMIT 1) c ON true "
          "WHERE j.partition = $1"};
}

void put_question(const Question& question, postgres::Params& params) {
  params.int4(question.home).int8(question.policy.value).int8(question.user.value).int4(question.ordinal);
}

std::optional<Stored> read_stored(PolicyId policy, const postgres::Rows& rows) {
  if (rows.size() != 1) return std::nullopt;
  const Row row = rows[0];
  Columns columns(row);
  Stored stored;
  stored.era = columns.int4();
  stored.next_offset = columns.int8();
  stored.clock = columns.time();
  if (row.field(kRevision)) stored.policy = read_policy(policy, columns);
  if (stored.policy && row.field(kSequence)) {
    stored.held.emplace();
    stored.held->sequence = columns.int8();
    stored.held->issued_at = columns.time();
    stored.held->ordinal = columns.int4();
  }
  if (!columns.good()) return std::nullopt;
  return stored;
}

}  // namespace firstcome::admission
