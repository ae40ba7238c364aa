#include "simulation.h"

namespace firstcome::simulation {
namespace {

check::JournalRecord fact_of(const journal::SimulatedRecord& record) {
  check::JournalRecord fact;
  fact.offset = record.offset;
  fact.timestamp = record.timestamp;
  fact.log_append_time = record.log_append_time;
  fact.key = record.key;
  fact.value = record.value;
  fact.headers = record.headers;
  fact.visible_at = record.visible_at;
  fact.foreign = record.foreign;
  return fact;
}

check::StoreRows rows_of(const store::Tables& tables) {
  check::StoreRows rows;
  for (const auto& [partition, position] : tables.positions) {
    rows.positions.push_back({partition, position.next_offset, position.state, position.halted_reason});
  }
  for (const auto& [id, policy] : tables.policies) rows.policies.push_back(policy);
  for (const auto& [key, row] : tables.coupons) rows.coupons.push_back({row.coupon, row.partition});
  for (const auto& [key, row] : tables.changes) {
    rows.changes.push_back(
        {row.change.policy, row.change.revision, row.change.offset, row.change.at, row.change.command});
  }
  for (const auto& [key, row] : tables.batches) {
    rows.batches.push_back({row.partition, row.first_offset, row.codes, row.after});
  }
  return rows;
}

}  // namespace

check::Evidence gather(const World& world) {
  check::Evidence evidence;
  evidence.home_partitions = world.plan.partitions;
  evidence.max_staleness = world.plan.admission.max_staleness;
  for (Partition p = 0; p < world.plan.partitions; ++p) {
    check::JournalPartition& partition = evidence.journal.emplace_back();
    partition.end = world.journal.end(p);
    for (const auto& record : world.journal.records(p)) partition.records.push_back(fact_of(record));
  }
  for (const auto& letter : world.journal.dead_letters()) evidence.dead_letters.push_back(fact_of(letter));
  evidence.store = rows_of(world.store.tables());
  evidence.history = world.history;
  return evidence;
}

}  // namespace firstcome::simulation
