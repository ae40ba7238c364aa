#include "store/sqlite/sqlite_reset.h"

#include <fmt/core.h>

#include <vector>

#include "domain/home.h"
#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {
namespace {

Result<std::vector<std::int64_t>> policies_at_home(sqlite::Database& database, Partition partition,
                                                   std::int32_t homes) {
  ASSIGN_OR_RETURN(auto select,
                   database.prepare("SELECT id FROM coupon_policy UNION SELECT policy_id FROM coupon_life"));
  std::vector<std::int64_t> found;
  for (;;) {
    const auto step = select.step();
    if (step == sqlite::Statement::Step::Failed) return database.error();
    if (step == sqlite::Statement::Step::Done) return found;
    const PolicyId policy{select.integer(0)};
    if (home(policy, homes) == partition) found.push_back(policy.value);
  }
}

/// Removes rows by policy and by partition, because either may have been changed manually.
Status remove_rows(sqlite::Database& database, Partition partition, std::int32_t homes) {
  ASSIGN_OR_RETURN(const auto policies, policies_at_home(database, partition, homes));
  for (const std::int64_t policy : policies) {
    RETURN_IF_ERROR(database.execute(fmt::format(R"(
      DELETE FROM coupon WHERE policy_id = {0};
      DELETE FROM coupon_life WHERE policy_id = {0};
      DELETE FROM coupon_change WHERE policy_id = {0};
      DELETE FROM eligible_user WHERE policy_id = {0};
      DELETE FROM coupon_code WHERE policy_id = {0};
      DELETE FROM policy_change WHERE policy_id = {0};
      DELETE FROM coupon_policy WHERE id = {0})",
                                                 policy)));
  }
  return database.execute(fmt::format(R"(
    DELETE FROM coupon WHERE journal_partition = {0};
    DELETE FROM coupon_change WHERE journal_partition = {0};
    DELETE FROM eligible_user WHERE journal_partition = {0};
    DELETE FROM coupon_code WHERE journal_partition = {0};
    DELETE FROM policy_change WHERE journal_partition = {0};
    DELETE FROM journal_batch WHERE partition = {0})",
                                      partition));
}

}  // namespace

Status reset_partition(sqlite::Database& database, Partition partition, std::int32_t homes,
                       const PartitionState& empty) {
  sqlite::Transaction transaction(database);
  RETURN_IF_ERROR(transaction.begin(sqlite::Transaction::Kind::Write));
  RETURN_IF_ERROR(remove_rows(database, partition, homes));
  RETURN_IF_ERROR(database.execute(fmt::format(R"(
    UPDATE journal_position
    SET next_offset = 0, origin_marks = '', checksum = NULL, halted_reason = NULL, clock = {}, rules = {},
        state_hash = {}
    WHERE partition = {})",
                                               to_millis(empty.clock), empty.rules,
                                               hash_to_integer(empty.state_hash), partition)));
  if (database.changes() != 1) {
    return damaged_row(database, "journal_position", fmt::format("partition {}", partition));
  }
  return transaction.commit();
}

}  // namespace firstcome::store
