#include "store/sqlite/sqlite_reset.h"

#include <fmt/core.h>

#include <vector>

#include "domain/home.h"
#include "store/sqlite/rows.h"

namespace firstcome::store {
namespace {

Result<std::vector<std::int64_t>> policies_at_home(sqlite::Database& database, Partition partition,
                                                   std::int32_t homes) {
  ASSIGN_OR_RETURN(auto select, database.prepare("SELECT id FROM coupon_policy"));
  std::vector<std::int64_t> found;
  for (;;) {
    const auto step = select.step();
    if (step == sqlite::Statement::Step::Failed) return database.error();
    if (step == sqlite::Statement::Step::Done) return found;
    const PolicyId policy{select.integer(0)};
    if (home(policy, homes) == partition) found.push_back(policy.value);
  }
}

/// By policy, and by the place they name: somebody may have changed either by hand.
Status remove_rows(sqlite::Database& database, Partition partition, std::int32_t homes) {
  ASSIGN_OR_RETURN(const auto policies, policies_at_home(database, partition, homes));
  for (const std::int64_t policy : policies) {
    const std::string id = std::to_string(policy);
    const Status removed = database.execute("DELETE FROM coupon WHERE policy_id = " + id +
                                            "; DELETE FROM policy_change WHERE policy_id = " + id +
                                            "; DELETE FROM coupon_policy WHERE id = " + id);
    if (!removed.ok()) return removed;
  }
  const std::string number = std::to_string(partition);
  return database.execute("DELETE FROM coupon WHERE journal_partition = " + number +
                          "; DELETE FROM policy_change WHERE journal_partition = " + number +
                          "; DELETE FROM journal_batch WHERE partition = " + number);
}

}  // namespace

Status reset_partition(sqlite::Database& database, Partition partition, std::int32_t homes,
                       const PartitionState& empty) {
  sqlite::Transaction transaction(database);
  RETURN_IF_ERROR(transaction.begin(sqlite::Transaction::Kind::Write));
  RETURN_IF_ERROR(remove_rows(database, partition, homes));
  const Status set = database.execute(
      fmt::format("UPDATE journal_position SET next_offset = 0, origin_marks = '', checksum = NULL, "
                  "halted_reason = NULL, clock = {}, rules = {}, state_hash = {} WHERE partition = {}",
                  to_millis(empty.clock), empty.rules, hash_to_integer(empty.state_hash), partition));
  if (!set.ok()) return set;
  if (database.changes() != 1) {
    return damaged_row(database, "journal_position", fmt::format("partition {}", partition));
  }
  return transaction.commit();
}

}  // namespace firstcome::store
