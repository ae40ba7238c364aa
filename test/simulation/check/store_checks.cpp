#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/checks.h"

namespace firstcome::check {
namespace {

std::string words(const CouponFact& fact) {
  return "policy " + std::to_string(fact.coupon.policy.value) + ": coupon " +
         std::to_string(fact.coupon.sequence) + " of user " + std::to_string(fact.coupon.user.value) +
         " from " + check::words(Place{fact.partition, fact.coupon.offset});
}

auto by_sequence(const CouponFact& fact) { return std::pair{fact.coupon.policy, fact.coupon.sequence}; }

std::map<std::pair<PolicyId, std::int64_t>, CouponFact> indexed(const std::vector<CouponFact>& facts) {
  std::map<std::pair<PolicyId, std::int64_t>, CouponFact> index;
  for (const CouponFact& fact : facts) index.emplace(by_sequence(fact), fact);
  return index;
}

void compare_coupons(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  const auto stored = indexed(evidence.store.coupons);
  const auto decided = indexed(model.coupons());
  for (const auto& [key, fact] : decided) {
    const auto row = stored.find(key);
    if (row == stored.end()) {
      findings.push_back({"C5", words(fact) + " is missing in the store"});
    } else if (!(row->second == fact)) {
      findings.push_back({"C5", "by the journal " + words(fact) + ", in the store " + words(row->second)});
    }
  }
  for (const auto& [key, fact] : stored) {
    if (!decided.contains(key)) findings.push_back({"C5", words(fact) + " stands in the store alone"});
  }
}

void compare_policies(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<PolicyId, Policy> stored;
  for (const Policy& policy : evidence.store.policies) stored[policy.id] = policy;
  for (const auto& [id, moments] : model.policies()) {
    Policy expected = moments.back().policy;
    const auto row = stored.find(id);
    if (row == stored.end()) {
      findings.push_back({"C5", "policy " + std::to_string(id.value) + " is missing in the store"});
      continue;
    }
    expected.coupons_hash = row->second.coupons_hash;  // the decider's own business
    if (expected != row->second) {
      findings.push_back({"C5", "policy " + std::to_string(id.value) + " differs: issued " +
                                    std::to_string(expected.active_count) + " by the journal, " +
                                    std::to_string(row->second.active_count) + " in the store; revision " +
                                    std::to_string(expected.revision) + ", " +
                                    std::to_string(row->second.revision)});
    }
  }
  if (stored.size() != model.policies().size())
    findings.push_back({"C5", "the store has policies nobody created"});
}

bool same_command(const ChangeFact& decided, const ChangeFact& row) {
  const auto stored = nlohmann::json::parse(row.command, nullptr, false);
  return stored.is_object() && stored.value("command", "") == decided.command;
}

void compare_changes(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<std::pair<PolicyId, std::int64_t>, ChangeFact> stored;
  for (const ChangeFact& row : evidence.store.changes) stored[{row.policy, row.revision}] = row;
  for (const ChangeFact& change : model.changes()) {
    const auto row = stored.find({change.policy, change.revision});
    if (row == stored.end() || row->second.offset != change.offset || row->second.at != change.at ||
        !same_command(change, row->second)) {
      findings.push_back({"C5", "policy " + std::to_string(change.policy.value) + ": change " +
                                    std::to_string(change.revision) + " (" + change.command +
                                    ") is missing in the store or differs"});
    }
  }
  if (stored.size() != model.changes().size())
    findings.push_back({"C5", "the store has changes nobody made"});
}

/// State columns at a cut, as the model has them; the hash is the decider's own business.
void compare_state(const NaiveModel& model, Place cut, const PartitionState& state, Findings& findings) {
  const ModelPartition& partition = model.partition(cut.partition);
  if (state.clock != partition.clock_before(cut.offset)) {
    findings.push_back({"C5", "the saved clock differs at " + words(cut)});
  }
  if (state.origin_marks != partition.marks_before(cut.offset)) {
    findings.push_back({"C5", "the saved origin marks differ at " + words(cut)});
  }
  if (state.rules != partition.rules_before(cut.offset)) {
    findings.push_back({"C5", "the saved rules differ at " + words(cut)});
  }
}

void compare_codes(const BatchFact& batch, const ModelPartition& partition, Findings& findings) {
  for (std::size_t i = 0; i < batch.codes.size(); ++i) {
    const auto offset = static_cast<std::size_t>(batch.first_offset) + i;
    const int decided = offset < partition.codes.size() ? partition.codes[offset] : -1;
    if (decided == batch.codes[i]) continue;
    findings.push_back({"C5", "code " + std::to_string(batch.codes[i]) + " is stored at " +
                                  words(Place{batch.partition, static_cast<Offset>(offset)}) +
                                  ", the journal says " + std::to_string(decided)});
    return;
  }
}

}  // namespace

void check_store_is_model(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  compare_coupons(evidence, model, findings);
  compare_policies(evidence, model, findings);
  compare_changes(evidence, model, findings);
  for (const BatchFact& batch : evidence.store.batches) {
    compare_codes(batch, model.partition(batch.partition), findings);
    compare_state(model, {batch.partition, batch.first_offset + static_cast<Offset>(batch.codes.size())},
                  batch.after, findings);
  }
  for (const PositionFact& position : evidence.store.positions) {
    compare_state(model, {position.partition, position.next_offset}, position.state, findings);
    if (!position.halted_reason.empty()) {
      findings.push_back({"C5", "partition " + std::to_string(position.partition) +
                                    " is halted: " + position.halted_reason});
    }
  }
}

void check_batches_tile(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<Partition, std::map<Offset, Offset>> ends;
  for (const BatchFact& batch : evidence.store.batches) {
    ends[batch.partition][batch.first_offset] = batch.first_offset + static_cast<Offset>(batch.codes.size());
  }
  for (const PositionFact& position : evidence.store.positions) {
    Offset reached = 0;
    for (const auto& [first, end] : ends[position.partition]) {
      if (first != reached) {
        findings.push_back({"C8", "a batch begins at " + words({position.partition, first}) +
                                      ", the one before it ended at " + std::to_string(reached)});
      }
      reached = end;
    }
    if (reached != position.next_offset) {
      findings.push_back({"C8", "the batches end at " + std::to_string(reached) + ", the position is " +
                                    words({position.partition, position.next_offset})});
    }
    const auto& decisions = model.partition(position.partition).decisions;
    const Offset behind_last = decisions.empty() ? 0 : decisions.rbegin()->first + 1;
    if (position.next_offset != behind_last) {
      findings.push_back({"C8", "at rest the position must be " + words({position.partition, behind_last}) +
                                    ", it is " + std::to_string(position.next_offset)});
    }
  }
}

}  // namespace firstcome::check
