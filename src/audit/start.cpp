#include "audit/start.h"

#include <algorithm>
#include <span>

#include "decide/commands.h"
#include "decide/coupon_rules.h"
#include "decide/state_hash.h"
#include "domain/rules.h"

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

/// A policy before the start, after each of its changes, without its coupons.
class PolicyHistory {
 public:
  PolicyHistory(const RowsBeforeStart& before, PolicyId id, const StoredPolicy& stored, std::int32_t rules,
                CommandReader& commands) {
    Policy policy;
    policy.id = id;
    policy.code_count = kImportedCodesMost;  // each change was accepted with the codes that were there then
    for (const store::StoredChange& row : stored.changes) {
      if (!before.contains(row)) continue;
      const auto command = commands.read(row.change, rules);
      if (!command || decide::apply_command(*command, row.change.at, policy) != RefusalReason::None)
        readable_ = false;
      policy.revision = row.change.revision;
      after_.push_back({{row.era, row.change.offset}, policy});
    }
  }
  /// False if a row is not a command that the policy can accept.
  [[nodiscard]] bool readable() const { return readable_; }
  /// Null if the policy did not exist yet.
  [[nodiscard]] const Policy* last() const { return after_.empty() ? nullptr : &after_.back().policy; }
  [[nodiscard]] const Policy* at(store::EraOffset place) const {
    const auto next = std::ranges::upper_bound(after_, place, {}, &Version::place);
    return next == after_.begin() ? nullptr : &std::prev(next)->policy;
  }

 private:
  struct Version {
    store::EraOffset place;
    Policy policy;
  };
  std::vector<Version> after_;
  bool readable_ = true;
};

/// Applies the commands of one coupon before the start. False: one could not be accepted.
bool replay_life(const RowsBeforeStart& before, const PolicyHistory& history, Timestamp issued_at,
                 std::span<const StoredCouponChange> rows, CouponLife& life) {
  for (const StoredCouponChange& row : rows) {
    if (!before.contains(row)) continue;
    const Policy* policy = history.at({row.era, row.offset});
    if (policy == nullptr) return false;
    CouponCommand command{
        .kind = row.kind, .policy = life.policy, .sequence = life.sequence, .reference = row.reference};
    if (row.kind == CouponCommand::Kind::Reserve) command.hold_for = row.held_until - row.at;
    const auto outcome = decide::apply_command(command, decide::terms_of(*policy, issued_at), row.at, life);
    if (outcome.code != Code::Accepted) return false;
  }
  return true;
}

/// The commands of the coupon; `rows` are sorted by sequence.
std::span<const StoredCouponChange> commands_of(std::int64_t sequence,
                                                const std::vector<StoredCouponChange>& rows) {
  return std::ranges::equal_range(rows, sequence, {}, &StoredCouponChange::sequence);
}

void count(const Coupon& coupon, const CouponLife& life, Policy& policy) {
  policy.issued_count = coupon.sequence;
  policy.newest_issued_at = std::max(policy.newest_issued_at, coupon.issued_at);
  policy.used_count += life.state == CouponState::Used ? 1 : 0;
  policy.cancelled_count += life.state == CouponState::Cancelled ? 1 : 0;
  policy.active_count += life.gave_back_place ? 0 : 1;
  policy.coupons_hash += decide::hash_of(coupon) + decide::hash_of(life);
}

/// A policy at the start, and the lives of its coupons that were touched.
struct PolicyAtStart {
  const StoredPolicy* stored;
  Policy policy;
  std::vector<CouponLife> lives;
  std::int64_t listed_most = 0;  ///< policy.listed_count is at most this
};

/// Adds the listed users. Numbers of repeated users have no row, so the rows only give bounds for listed_count: the
/// highest number before the start, and the lowest one after it.
void count_listed(const RowsBeforeStart& before, PolicyAtStart& at) {
  Policy& policy = at.policy;
  std::int64_t most = at.stored->row ? at.stored->row->listed_count : 0;
  for (const StoredListedUser& row : at.stored->listed) {
    if (before.contains(row)) {
      policy.listed_count = std::max(policy.listed_count, row.number);
      policy.coupons_hash += decide::hash_of(listed_of(policy.id, row));
    } else {
      most = std::min(most, row.number - 1);
    }
  }
  at.listed_most = policy.eligible == Eligible::Listed
                       ? std::clamp(most, policy.listed_count, std::max(policy.listed_count, kListedMost))
                       : policy.listed_count;
}

/// Adds the imported codes.
void count_codes(const RowsBeforeStart& before, PolicyAtStart& at) {
  at.policy.code_count = 0;
  for (const StoredCode& row : at.stored->codes) {
    if (!before.contains(row)) continue;
    at.policy.code_count = std::max(at.policy.code_count, row.sequence);
    at.policy.coupons_hash += decide::hash_of(code_of(at.policy.id, *at.stored, row));
  }
}

/// Sets the listed_count of each policy so that the hashes of all counts have the sum `wanted`. False: no sum is right, or
/// too many would have to be tried.
bool find_listed_counts(std::span<PolicyAtStart* const> policies, std::uint64_t wanted, std::int64_t& tries) {
  if (policies.empty()) return wanted == 0;
  Policy& policy = policies.front()->policy;
  const std::int64_t least = policy.listed_count;
  for (policy.listed_count = policies.front()->listed_most; policy.listed_count >= least && --tries > 0;
       --policy.listed_count) {
    const std::uint64_t others = wanted - decide::hash_of_counts(policy);
    if (find_listed_counts(policies.subspan(1), others, tries)) return true;
  }
  policy.listed_count = least;
  return false;
}

/// Finds the listed counts that have the saved hash of the state.
void set_listed_counts(const PartitionState& state, std::vector<PolicyAtStart>& policies) {
  constexpr std::int64_t kTriesMost = 1'000'000;
  std::vector<PolicyAtStart*> unknown;
  std::uint64_t wanted = state.state_hash - decide::hash_of_partition(state);
  for (PolicyAtStart& at : policies) {
    wanted -= decide::hash_of_terms(at.policy) + at.policy.coupons_hash;
    if (at.policy.listed_count < at.listed_most) {
      unknown.push_back(&at);
    } else {
      wanted -= decide::hash_of_counts(at.policy);
    }
  }
  std::int64_t tries = kTriesMost;
  if (unknown.empty() || find_listed_counts(unknown, wanted, tries)) return;
  for (PolicyAtStart* at : unknown) at->policy.listed_count = at->listed_most;
}

/// The policy from its rows before the start. Empty if it has none.
std::optional<PolicyAtStart> policy_at_start(const RowsBeforeStart& before, PolicyId id,
                                             const StoredPolicy& stored, const PolicyHistory& history,
                                             Start& start) {
  if (!history.readable()) start.hash_matches = false;
  std::optional<Policy> policy;
  if (history.last() != nullptr) policy = *history.last();
  std::vector<CouponLife> lives;
  for (const StoredCoupon& row : stored.coupons) {
    if (!before.contains(row)) continue;
    if (!policy) {
      start.hash_matches = false;
      return std::nullopt;
    }
    CouponLife life{.policy = id, .sequence = row.sequence};
    const auto commands = commands_of(row.sequence, stored.coupon_changes);
    if (!replay_life(before, history, row.issued_at, commands, life)) start.hash_matches = false;
    count(coupon_of(id, row), life, *policy);
    if (!life.references.empty()) lives.push_back(std::move(life));
  }
  if (!policy) return std::nullopt;
  PolicyAtStart at{.stored = &stored, .policy = std::move(*policy), .lives = std::move(lives)};
  count_listed(before, at);
  count_codes(before, at);
  return at;
}

void load(const RowsBeforeStart& before, const PolicyAtStart& at, Timestamp clock, decide::Decider& decider) {
  const PolicyId id = at.policy.id;
  decider.load(at.policy);
  if (is_over(at.policy, clock)) return;
  for (const StoredCoupon& row : at.stored->coupons) {
    if (before.contains(row)) decider.load(coupon_of(id, row));
  }
  for (const CouponLife& life : at.lives) decider.load(life);
  for (const StoredListedUser& row : at.stored->listed) {
    if (before.contains(row)) decider.load(listed_of(id, row));
  }
  for (const StoredCode& row : at.stored->codes) {
    if (before.contains(row)) decider.load(code_of(id, *at.stored, row));
  }
}

}  // namespace

std::optional<PolicyCommand> CommandReader::read(const store::PolicyChangeRow& change, std::int32_t rules) {
  static constexpr journal::Header kKind[] = {{journal::kKindHeader, "policy"}};
  decoder_.decode({.value = change.command, .headers = kKind}, rules, record_);
  const auto* command = std::get_if<PolicyCommand>(&record_.content);
  return command == nullptr ? std::nullopt : std::optional(*command);
}

Status check_rules(Partition partition, const Start& start) {
  const std::int32_t rules = start.decider.rules();
  if (rules <= newest_rules()) return Done{};
  return unsupported_rules_error(partition, start.offset, {rules});
}

Error unsupported_rules_error(Partition partition, Offset offset, const decide::UnsupportedRules& rules) {
  return Error::permanent(
             "partition {}, offset {}: the journal continues with rules version {}, but this version of firstcome "
             "supports rules up to {}",
             partition, offset, rules.version, newest_rules())
      .with_hint("Use a newer version of firstcome.");
}

ListedUser listed_of(PolicyId policy, const StoredListedUser& row) {
  return {policy, row.user, row.number, row.offset};
}

ImportedCode code_of(PolicyId policy, const StoredPolicy& stored, const StoredCode& row) {
  return {policy, row.sequence, std::string(stored.text_of(row)), row.offset};
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
  std::vector<PolicyAtStart> policies;
  for (const auto& [id, policy] : stored.policies) {
    const PolicyHistory history(before, id, policy, known->state->rules, commands);
    auto at = policy_at_start(before, id, policy, history, start);
    if (at) policies.push_back(std::move(*at));
  }
  set_listed_counts(*known->state, policies);
  for (const PolicyAtStart& at : policies) load(before, at, known->state->clock, start.decider);
  if (!start.decider.loaded_well()) start.hash_matches = false;
  return start;
}

}  // namespace firstcome::audit
