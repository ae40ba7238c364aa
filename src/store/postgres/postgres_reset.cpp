#include "store/postgres/postgres_reset.h"

#include <fmt/core.h>

#include "domain/home.h"
#include "postgres/transaction.h"
#include "store/postgres/postgres_rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::Params;

Result<std::vector<PolicyId>> policies_at_home(postgres::DatabaseConnection& connection, Partition partition,
                                               std::int32_t homes) {
  ASSIGN_OR_RETURN(auto rows, connection.run("all_policies", {}));
  std::vector<PolicyId> found;
  for (int i = 0; i < rows.size(); ++i) {
    const postgres::Row row = rows[i];
    postgres::Columns columns(row);
    const PolicyId policy{columns.int8()};
    if (home(policy, homes) == partition) found.push_back(policy);
  }
  return found;
}

/// Removes rows by policy and by partition, because either may have been changed manually.
Status remove_rows(postgres::DatabaseConnection& connection, Partition partition, std::int32_t homes) {
  ASSIGN_OR_RETURN(const auto policies, policies_at_home(connection, partition, homes));
  postgres::ArrayData ids(postgres::kInt8, policies.size());
  for (const PolicyId policy : policies) ids.int8(policy.value);
  for (const char* statement : {"remove_coupons", "remove_changes", "remove_coupon_changes", "remove_listed",
                                "remove_imported_codes"}) {
    Params params;
    params.int4(partition).array(ids);
    RETURN_IF_ERROR(connection.run(statement, params));
  }
  Params of_policies, of_partition;
  of_policies.array(ids);
  of_partition.int4(partition);
  RETURN_IF_ERROR(connection.run("remove_lives", of_policies));
  RETURN_IF_ERROR(connection.run("remove_policies", of_policies));
  RETURN_IF_ERROR(connection.run("remove_event_traces", of_policies));
  RETURN_IF_ERROR(connection.run("remove_batches", of_partition));
  return Done{};
}

}  // namespace

std::vector<postgres::Prepared> reset_statements() {
  return {
      // An issuer that saves the partition waits for this lock. Then its compare-and-set misses because of
      // the offset.
      {"reset_position", R"(
UPDATE journal_position
   SET next_offset = 0, origin_marks = '', checksum = NULL, halted_reason = NULL,
       clock = $2, rules = $3, state_hash = $4
 WHERE partition = $1)"},
      {"all_policies", "SELECT id FROM coupon_policy UNION SELECT policy_id FROM coupon_life"},
      {"remove_coupons", "DELETE FROM coupon WHERE journal_partition = $1 OR policy_id = ANY ($2::bigint[])"},
      {"remove_changes", R"(
         DELETE FROM policy_change WHERE journal_partition = $1 OR policy_id = ANY ($2::bigint[]))"},
      {"remove_coupon_changes", R"(
         DELETE FROM coupon_change WHERE journal_partition = $1 OR policy_id = ANY ($2::bigint[]))"},
      {"remove_listed", R"(
         DELETE FROM eligible_user WHERE journal_partition = $1 OR policy_id = ANY ($2::bigint[]))"},
      {"remove_imported_codes", R"(
         DELETE FROM coupon_code WHERE journal_partition = $1 OR policy_id = ANY ($2::bigint[]))"},
      {"remove_lives", "DELETE FROM coupon_life WHERE policy_id = ANY ($1::bigint[])"},
      {"remove_event_traces", "DELETE FROM event_trace WHERE policy_id = ANY ($1::bigint[])"},
      {"remove_policies", "DELETE FROM coupon_policy WHERE id = ANY ($1::bigint[])"},
      {"remove_batches", "DELETE FROM journal_batch WHERE partition = $1"},
  };
}

Status reset_partition(postgres::DatabaseConnection& connection, Partition partition, std::int32_t homes,
                       const PartitionState& empty) {
  postgres::Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  Params position;
  position.int4(partition).time(empty.clock).int4(empty.rules).hash(empty.state_hash);
  ASSIGN_OR_RETURN(auto set, connection.run("reset_position", position));
  if (set.changed() != 1)
    return damaged_row(connection, "journal_position", fmt::format("partition {}", partition));
  RETURN_IF_ERROR(remove_rows(connection, partition, homes));
  return transaction.commit();
}

}  // namespace firstcome::store::pg
