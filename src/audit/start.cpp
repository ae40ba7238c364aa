#include "audit/start.h"

#include "decide/commands.h"
#include "decide/state_hash.h"

namespace firstcome::audit {
namespace {

constexpr Era kFirstEra = 1;

struct KnownState {
  Offset offset = 0;
  const PartitionState* state = nullptr;
};

std::optional<KnownState> first_known(Offset journal_start, const StoredPartition& stored) {
  for (const store::BatchRow& batch : stored.batches) {
    if (batch.end() >= journal_start) return KnownState{batch.end(), &batch.after};
  }
  if (stored.position && stored.position->next_offset >= journal_start) {
    return KnownState{stored.position->next_offset, &stored.position->state};
  }
  return std::nullopt;
}

/// The policy at the start, without its coupons; empty if it did not exist yet.
std::optional<Policy> policy_at(const RowsBeforeStart& before, PolicyId id, const StoredPolicy& stored,
                                std::int32_t rules, CommandReader& commands, bool& hash_matches) {
  Policy policy;
  policy.id = id;
  for (const store::StoredChange& row : stored.changes) {
    if (!before.contains(row)) continue;
    const auto command = commands.read(row.change, rules);
    if (!command || decide::apply_command(*command, row.change.at, policy) != RefusalReason::None)
      hash_matches = false;
    policy.revision = row.change.revision;
  }
  return policy.revision > 0 ? std::optional(policy) : std::nullopt;
}

void load(const RowsBeforeStart& before, PolicyId id, const StoredPolicy& stored,
          std::optional<Policy> policy, Start& start) {
  bool has_coupons = false;
  for (const StoredCoupon& row : stored.coupons) {
    if (!before.contains(row)) continue;
    has_coupons = true;
    if (!policy) break;
    ++policy->active_count;
    policy->issued_count = row.sequence;
    policy->coupons_hash += decide::hash_of(coupon_of(id, row));
  }
  if (!policy) {
    if (has_coupons) start.hash_matches = false;
    return;
  }
  start.decider.load(*policy);
  if (policy->state == PolicyState::Closed) return;
  for (const StoredCoupon& row : stored.coupons) {
    if (before.contains(row)) start.decider.load(coupon_of(id, row));
  }
}

}  // namespace

std::optional<PolicyCommand> CommandReader::read(const store::PolicyChangeRow& change, std::int32_t rules) {
  static constexpr journal::Header kKind[] = {{journal::kKindHeader, "policy"}};
  decoder_.decode({.value = change.command, .headers = kKind}, rules, record_);
  const auto* command = std::get_if<PolicyCommand>(&record_.content);
  return command == nullptr ? std::nullopt : std::optional(*command);
}

Error unsupported_rules_error(Partition partition, Offset offset, const decide::UnsupportedRules& rules) {
  return Error::permanent(
             "partition {}, offset {}: the journal continues with rules version {}, but this version of firstcome "
             "supports rules up to {}",
             partition, offset, rules.version, kNewestRules)
      .with_hint("Use a newer version of firstcome.");
}

Coupon coupon_of(PolicyId policy, const StoredCoupon& row) {
  return {policy, row.sequence, row.user, row.user_ordinal, row.issued_at, row.offset};
}

std::optional<Start> find_start(Partition self, const store::Settings& settings, Offset journal_start,
                                const StoredPartition& stored) {
  Start start{.decider = decide::Decider(self, settings.partitions)};
  if (journal_start == 0 && settings.era == kFirstEra) return start;
  const auto known = first_known(journal_start, stored);
  if (!known) return std::nullopt;
  start.offset = known->offset;
  start.decider.load(*known->state);
  const RowsBeforeStart before{self, settings.era, start.offset};
  CommandReader commands;
  for (const auto& [id, policy] : stored.policies) {
    load(before, id, policy, policy_at(before, id, policy, known->state->rules, commands, start.hash_matches),
         start);
  }
  if (!start.decider.loaded_well()) start.hash_matches = false;
  return start;
}

}  // namespace firstcome::audit
