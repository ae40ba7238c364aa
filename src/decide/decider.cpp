#include "decide/decider.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decide/commands.h"
#include "decide/evaluate.h"
#include "decide/import_rules.h"
#include "decide/prefetch.h"
#include "decide/state_hash.h"
#include "domain/check.h"
#include "domain/home.h"

namespace firstcome::decide {
namespace {

/// The result of a command for a closed policy. Nothing can follow, so the revision is not compared: all that
/// forget_closed() drops makes no difference, and a repeated close is UNCHANGED.
Code code_for_closed(PolicyCommand::Kind kind) {
  switch (kind) {
    case PolicyCommand::Kind::Create: return Code::Exists;
    case PolicyCommand::Kind::Close: return Code::Unchanged;
    default: return Code::Closed;
  }
}

}  // namespace

struct Decider::Entry {
  Policy policy;
  CouponOwners owners;
  std::uint64_t terms_hash = 0;   ///< included in the state hash
  std::uint64_t counts_hash = 0;  ///< included in the state hash
  std::uint64_t loaded_coupons_hash =
      0;                            ///< sum over the loaded coupons; must be equal to policy.coupons_hash
  std::uint64_t imported_hash = 0;  ///< during an import: sum over the coupons so far
  bool touched = false;
};

Decider::Decider(Partition self, std::int32_t partitions)
    : self_(self), partitions_(partitions), state_(initial_state()) {}
Decider::~Decider() = default;
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;

// --- loading -----------------------------------------------------------------------------------------

void Decider::load(const PartitionState& state) { state_ = state; }

void Decider::load(const Policy& policy) {
  auto entry = std::make_unique<Entry>();
  entry->policy = policy;
  entry->terms_hash = hash_of_terms(policy);
  entry->counts_hash = hash_of_counts(policy);
  if (policy.state != PolicyState::Closed) {
    entry->owners.reserve(static_cast<std::size_t>(policy.active_count));
  }
  highest_policy_ = std::max(highest_policy_, policy.id);
  entries_[policy.id] = std::move(entry);
}

void Decider::load(const Coupon& coupon) {
  Entry* entry = find_entry(coupon.policy);
  if (entry == nullptr || coupon.sequence < 1 || coupon.sequence > entry->policy.active_count ||
      !entry->owners.load(coupon.user, {coupon.sequence, coupon.issued_at})) {
    load_broken_ = true;
    return;
  }
  entry->loaded_coupons_hash += hash_of(coupon);
  if (entry->policy.state == PolicyState::Importing) {
    entry->imported_hash += hash_of_imported(coupon.sequence, {coupon.user, coupon.issued_at});
  }
}

bool Decider::loaded_well() const {
  if (load_broken_) return false;
  std::uint64_t sum = hash_of_partition(state_) + forgotten_hash_;
  for (const auto& [id, entry] : entries_) {
    const Policy& policy = entry->policy;
    sum += entry->terms_hash + entry->counts_hash + policy.coupons_hash;
    if (policy.state == PolicyState::Closed) continue;  // its coupons are not loaded
    if (entry->loaded_coupons_hash != policy.coupons_hash) return false;
    if (static_cast<std::int64_t>(entry->owners.size()) != policy.active_count) return false;
  }
  return sum == state_.state_hash;
}

// --- deciding ----------------------------------------------------------------------------------------

Decision Decider::apply(const Record& record) {
  if (const auto* rules = std::get_if<RulesChange>(&record.content); rules && rules->version > kNewestRules) {
    throw UnsupportedRules{rules->version};
  }
  move_clock(record);
  return decide(record);
}

Decision Decider::decide(const Record& record) {
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    Entry* const policy = find_entry(request->policy);
    const Code elsewhere = route(request->policy, policy, record);
    return elsewhere == Code::None ? issue(policy, *request, record) : Decision{.code = elsewhere};
  }
  if (const auto* policy_command = std::get_if<PolicyCommand>(&record.content)) {
    Entry* const policy = find_entry(policy_command->policy);
    const Code elsewhere = route(policy_command->policy, policy, record);
    return elsewhere == Code::None ? command(policy, *policy_command, record) : Decision{.code = elsewhere};
  }
  if (const auto* rules = std::get_if<RulesChange>(&record.content)) return change_rules(*rules);
  return {.code = Code::Invalid};
}

Code Decider::route(PolicyId policy, const Entry* entry, const Record& record) {
  const bool at_home = entry != nullptr || home(policy, partitions_) == self_;
  if (!record.origin) return at_home ? Code::None : Code::Forwarded;
  if (!at_home) return Code::Invalid;
  const auto mark = state_.origin_marks.find(record.origin->partition);
  if (mark != state_.origin_marks.end() && record.origin->offset <= mark->second) return Code::Duplicate;
  raise_origin_mark(*record.origin);
  return Code::None;
}

Decision Decider::issue(Entry* entry, const IssueRequest& request, const Record& record) {
  if (entry == nullptr) {
    return {.code = forgotten_.contains(request.policy) ? Code::Closed : Code::UnknownPolicy};
  }
  Policy& policy = entry->policy;
  // While the policy issues, one probe both finds the user and adds them as an owner.
  const bool issues = request.ordinal == 1 && evaluate_issue(policy, state_.clock) == Code::Success;
  const std::optional<OwnedCoupon> held =
      issues ? entry->owners.find_or_add(request.user, state_.clock) : entry->owners.find(request.user);
  if (!issues || held) {
    const Code code = evaluate_request(policy, state_.clock, held, request.ordinal);
    if (code == Code::Refused) return {.code = code, .reason = RefusalReason::NotTheNextOrdinal};
    if (code != Code::AlreadyIssued) return {.code = code};
    return {.code = code, .sequence = held->sequence, .issued_at = held->issued_at};
  }

  add_coupon(*entry, request.user, state_.clock, record.offset);
  rehash_counts(*entry);
  touch(*entry);
  return {.code = Code::Success, .sequence = policy.issued_count, .issued_at = state_.clock};
}

void Decider::expect(std::span<const Record> records) const {
  CHECK(records.size() <= kMostExpected);
  struct Expected {
    const Entry* entry = nullptr;
    UserId user;
  };
  std::array<Expected, kMostExpected> all;
  std::size_t count = 0;
  for (const Record& record : records) {
    const auto* request = std::get_if<IssueRequest>(&record.content);
    const Entry* entry = request == nullptr ? nullptr : find_entry(request->policy);
    if (entry == nullptr) continue;
    prefetch_memory(entry, sizeof(Entry));
    all[count++] = {entry, request->user};
  }
  // Each step reads the memory that the step before has prefetched.
  const std::span<const Expected> expected(all.data(), count);
  for (const auto& [entry, user] : expected) entry->owners.prefetch_index(user);
  for (const auto& [entry, user] : expected) entry->owners.prefetch_row(user);
}

void Decider::add_coupon(Entry& entry, UserId user, Timestamp issued_at, Offset offset) {
  Policy& policy = entry.policy;
  const Coupon coupon{.policy = policy.id,
                      .sequence = ++policy.issued_count,
                      .user = user,
                      .issued_at = issued_at,
                      .offset = offset};
  ++policy.active_count;
  const std::uint64_t coupon_hash = hash_of(coupon);
  policy.coupons_hash += coupon_hash;
  state_.state_hash += coupon_hash;
  coupons_.push_back(coupon);
}

Decision Decider::command(Entry* entry, const PolicyCommand& command, const Record& record) {
  if (entry == nullptr && forgotten_.contains(command.policy)) {
    return {.code = code_for_closed(command.kind)};
  }
  if (command.kind == PolicyCommand::Kind::Create) {
    return entry == nullptr ? create(command, record) : Decision{.code = Code::Exists};
  }
  if (entry == nullptr) return {.code = Code::UnknownPolicy};
  if (entry->policy.state == PolicyState::Closed) return {.code = code_for_closed(command.kind)};
  if (command.revision && *command.revision != entry->policy.revision) return {.code = Code::Stale};
  if (command.kind == PolicyCommand::Kind::Import) return import_chunk(*entry, command, record);
  Policy after = entry->policy;
  const RefusalReason reason = apply_command(command, after);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};
  if (after == entry->policy) return {.code = Code::Unchanged};
  entry->policy = std::move(after);
  return accept(*entry, command, record);
}

/// Accepts all coupons of the chunk or none.
Decision Decider::import_chunk(Entry& entry, const PolicyCommand& command, const Record& record) {
  const ImportChunk& chunk = command.chunk;
  std::uint64_t hash = entry.imported_hash;
  std::int64_t sequence = entry.policy.issued_count;
  for (const ImportedCoupon& coupon : chunk.coupons) hash += hash_of_imported(++sequence, coupon);

  RefusalReason reason = validate_chunk(chunk, entry.policy, entry.owners);
  if (reason == RefusalReason::None && chunk.total && *chunk.total != ImportTotal{sequence, hash}) {
    reason = RefusalReason::WrongTotal;
  }
  if (reason == RefusalReason::None) reason = apply_command(command, entry.policy);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};

  for (const ImportedCoupon& coupon : chunk.coupons) {
    add_coupon(entry, coupon.user, coupon.issued_at, record.offset);
    CHECK(!entry.owners.find_or_add(coupon.user, coupon.issued_at));
  }
  entry.imported_hash = hash;
  rehash_counts(entry);
  touch(entry);
  // Each coupon has its offset. Only the last chunk, which opens the policy, gets a row of history and a
  // revision.
  return chunk.total ? accept(entry, command, record) : Decision{.code = Code::Accepted};
}

Decision Decider::create(const PolicyCommand& command, const Record& record) {
  auto entry = std::make_unique<Entry>();
  entry->policy.id = command.policy;
  const RefusalReason reason = apply_command(command, entry->policy);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};
  highest_policy_ = std::max(highest_policy_, command.policy);
  Entry& added = *entry;
  entries_[command.policy] = std::move(entry);
  rehash_counts(added);
  return accept(added, command, record);
}

Decision Decider::accept(Entry& entry, const PolicyCommand& command, const Record& record) {
  Policy& policy = entry.policy;
  ++policy.revision;
  if (policy.state == PolicyState::Closed) entry.owners.clear();
  state_.state_hash -= entry.terms_hash;
  entry.terms_hash = hash_of_terms(policy);
  state_.state_hash += entry.terms_hash;
  policy_changes_.push_back({policy.id, policy.revision, record.offset, state_.clock, for_history(command)});
  touch(entry);
  return {.code = Code::Accepted};
}

Decision Decider::change_rules(const RulesChange& rules) {
  if (rules.version < state_.rules) return {.code = Code::Refused, .reason = RefusalReason::OlderRules};
  state_.state_hash -= hash_of_rules(state_.rules);
  state_.rules = rules.version;
  state_.state_hash += hash_of_rules(state_.rules);
  return {.code = Code::Rules};
}

void Decider::move_clock(const Record& record) {
  if (!record.has_log_append_time || record.appended_at <= state_.clock) return;
  state_.state_hash -= hash_of_clock(state_.clock);
  state_.clock = record.appended_at;
  state_.state_hash += hash_of_clock(state_.clock);
}

void Decider::raise_origin_mark(const Origin& origin) {
  const auto [mark, fresh] = state_.origin_marks.try_emplace(origin.partition, origin.offset);
  if (!fresh) {
    state_.state_hash -= hash_of_mark(origin.partition, mark->second);
    mark->second = origin.offset;
  }
  state_.state_hash += hash_of_mark(origin.partition, origin.offset);
}

void Decider::rehash_counts(Entry& entry) {
  state_.state_hash -= entry.counts_hash;
  entry.counts_hash = hash_of_counts(entry.policy);
  state_.state_hash += entry.counts_hash;
}

// --- changes and state --------------------------------------------------------------------------------

void Decider::touch(Entry& entry) {
  if (std::exchange(entry.touched, true)) return;
  touched_.push_back(entry.policy.id);
}

Changes Decider::take_changes() {
  Changes changes;
  changes.coupons = std::exchange(coupons_, {});
  coupons_.reserve(changes.coupons.size());  // the next batch is probably about as large
  changes.policy_changes = std::exchange(policy_changes_, {});
  changes.policies.reserve(touched_.size());
  for (const PolicyId id : touched_) {
    Entry* entry = find_entry(id);
    entry->touched = false;
    changes.policies.push_back(entry->policy);
  }
  touched_.clear();
  changes.state = state_;
  return changes;
}

void Decider::forget_closed(PolicyId policy) {
  const auto found = entries_.find(policy);
  CHECK(found != entries_.end());
  const Entry& entry = *found->second;
  CHECK(entry.policy.state == PolicyState::Closed && !entry.touched);
  forgotten_hash_ += entry.terms_hash + entry.counts_hash + entry.policy.coupons_hash;
  forgotten_.insert(policy);
  entries_.erase(found);
}

Decider::Entry* Decider::find_entry(PolicyId policy) const {
  const auto found = entries_.find(policy);
  return found == entries_.end() ? nullptr : found->second.get();
}

const Policy* Decider::find(PolicyId policy) const {
  const Entry* entry = find_entry(policy);
  return entry == nullptr ? nullptr : &entry->policy;
}

std::optional<OwnedCoupon> Decider::find(PolicyId policy, UserId user) const {
  const Entry* entry = find_entry(policy);
  return entry == nullptr ? std::nullopt : entry->owners.find(user);
}

std::shared_ptr<const CouponOwners> Decider::freeze_owners(PolicyId policy) {
  Entry* entry = find_entry(policy);
  CHECK(entry != nullptr);
  return entry->owners.freeze();
}

std::vector<PolicyId> Decider::policies() const {
  std::vector<PolicyId> ids;
  ids.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  return ids;
}

}  // namespace firstcome::decide
