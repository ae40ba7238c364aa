#include "decide/decider.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decide/code_chunk.h"
#include "decide/commands.h"
#include "decide/coupon_rules.h"
#include "decide/decider_entry.h"
#include "decide/evaluate.h"
#include "decide/import_rules.h"
#include "decide/prefetch.h"
#include "decide/state_hash.h"
#include "domain/check.h"
#include "domain/home.h"
#include "domain/rules.h"

namespace firstcome::decide {
namespace {

/// The result of a command for a closed policy. Nothing can follow, so the revision is not compared: all that
/// forget() drops makes no difference, and a repeated close is UNCHANGED.
Code code_for_closed(PolicyCommand::Kind kind) {
  switch (kind) {
    case PolicyCommand::Kind::Create: return Code::Exists;
    case PolicyCommand::Kind::Close: return Code::Unchanged;
    default: return Code::Closed;
  }
}

}  // namespace

Decider::Decider(Partition self, std::int32_t partitions)
    : self_(self), partitions_(partitions), state_(initial_state()) {}
Decider::~Decider() = default;
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;

Decision Decider::apply(const Record& record) {
  if (const auto* rules = std::get_if<RulesChange>(&record.content);
      rules && rules->version > newest_rules()) {
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
  if (const auto* coupon_command = std::get_if<CouponCommand>(&record.content)) {
    Entry* const policy = find_entry(coupon_command->policy);
    const Code elsewhere = route(coupon_command->policy, policy, record);
    return elsewhere == Code::None ? command(policy, *coupon_command, record) : Decision{.code = elsewhere};
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
  const Policy& policy = entry->policy;
  CouponOwners& owners = entry->owners;
  // While the policy issues, one probe both finds the user and adds them as an owner.
  const bool issues = request.ordinal == 1 && policy.eligible == Eligible::Everyone &&
                      evaluate_issue(policy, state_.clock) == Code::Success;
  const std::optional<OwnedCoupon> newest =
      issues ? owners.find_or_add(request.user, state_.clock) : owners.find(request.user);
  OwnedCoupon issued{policy.issued_count + 1, state_.clock};
  if (!issues || newest) {
    const UserCoupons user = entry->coupons_of(request.user, newest ? newest->ordinal : 0);
    const Code code = evaluate_request(policy, state_.clock, user, request.ordinal);
    if (code == Code::Refused) {
      const bool too_many = user.issued == kOrdinalMost;
      return {.code = code,
              .reason = too_many ? RefusalReason::TooManyOrdinals : RefusalReason::NotTheNextOrdinal};
    }
    if (code == Code::AlreadyIssued) {
      const OwnedCoupon named =
          request.ordinal < newest->ordinal ? *owners.find(request.user, request.ordinal) : *newest;
      return {
          .code = code, .sequence = named.sequence, .issued_at = named.issued_at, .ordinal = named.ordinal};
    }
    if (code != Code::Success) return {.code = code};
    issued = owners.add_another(request.user, state_.clock);
  }

  add_coupon(*entry, request.user, issued, record.offset);
  rehash_counts(*entry);
  touch(*entry);
  return {.code = Code::Success,
          .sequence = issued.sequence,
          .issued_at = issued.issued_at,
          .ordinal = issued.ordinal};
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

void Decider::add_coupon(Entry& entry, UserId user, OwnedCoupon issued, Offset offset) {
  Policy& policy = entry.policy;
  const Coupon coupon{.policy = policy.id,
                      .sequence = ++policy.issued_count,
                      .user = user,
                      .user_ordinal = issued.ordinal,
                      .issued_at = issued.issued_at,
                      .offset = offset};
  CHECK(coupon.sequence == issued.sequence);
  ++policy.active_count;
  policy.newest_issued_at = std::max(policy.newest_issued_at, issued.issued_at);
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
  if (command.kind == PolicyCommand::Kind::List) return list_chunk(*entry, command.listed, record.offset);
  if (command.kind == PolicyCommand::Kind::Codes) {
    return code_chunk(*entry, command.coupon_codes, record.offset);
  }
  Policy after = entry->policy;
  const RefusalReason reason = apply_command(command, state_.clock, after);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};
  if (after == entry->policy) return {.code = Code::Unchanged};
  if (after.per_user_limit < entry->policy.per_user_limit &&
      entry->anyone_holds_more_than(after.per_user_limit)) {
    return {.code = Code::Refused, .reason = RefusalReason::BelowHeld};
  }
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
  if (reason == RefusalReason::None) reason = apply_command(command, state_.clock, entry.policy);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};

  for (const ImportedCoupon& coupon : chunk.coupons) {
    CHECK(!entry.owners.find(coupon.user));
    add_coupon(entry, coupon.user, entry.owners.add_another(coupon.user, coupon.issued_at), record.offset);
  }
  entry.imported_hash = hash;
  rehash_counts(entry);
  touch(entry);
  // Each coupon has its offset. Only the last chunk, which opens the policy, gets a row of history and a
  // revision.
  return chunk.total ? accept(entry, command, record) : Decision{.code = Code::Accepted};
}

/// A copy of a chunk is UNCHANGED. Users who are listed already are counted, but need no row.
Decision Decider::list_chunk(Entry& entry, const ListChunk& chunk, Offset offset) {
  Policy& policy = entry.policy;
  const auto size = static_cast<std::int64_t>(chunk.users.size());
  const auto refused = [](RefusalReason reason) { return Decision{.code = Code::Refused, .reason = reason}; };
  if (policy.eligible != Eligible::Listed) return refused(RefusalReason::NotListed);
  if (size == 0) return refused(RefusalReason::EmptyList);
  if (chunk.first >= 1 && chunk.first <= policy.listed_count - size + 1) return {.code = Code::Unchanged};
  if (chunk.first != policy.listed_count + 1) return refused(RefusalReason::NotTheNextListed);
  if (policy.listed_count + size > kListedMost) return refused(RefusalReason::ListTooLong);
  for (const UserId user : chunk.users) {
    const ListedUser listed{policy.id, user, ++policy.listed_count, offset};
    if (!entry.listed.add(user)) continue;
    const std::uint64_t hash = hash_of(listed);
    policy.coupons_hash += hash;
    state_.state_hash += hash;
    listed_.push_back(listed);
  }
  rehash_counts(entry);
  touch(entry);
  return {.code = Code::Accepted};
}

/// A copy of a chunk is UNCHANGED. Adds all codes of the chunk or none.
Decision Decider::code_chunk(Entry& entry, const CodeChunk& chunk, Offset offset) {
  Policy& policy = entry.policy;
  const RefusalReason reason = validate_codes(chunk, policy);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};
  if (chunk.first <= policy.code_count) {
    const bool same = has_codes(*entry.codes, chunk);
    return same ? Decision{.code = Code::Unchanged}
                : Decision{.code = Code::Refused, .reason = RefusalReason::OtherCodes};
  }
  if (const auto repeated = find_repeated(*entry.codes, chunk)) {
    return {.code = Code::Refused, .reason = RefusalReason::CodeTwice, .repeated_code = *repeated};
  }
  for (const std::string& code : chunk.codes) {
    CHECK(entry.codes->add(code));
    imported_codes_.push_back({policy.id, ++policy.code_count, code, offset});
    const std::uint64_t hash = hash_of(imported_codes_.back());
    policy.coupons_hash += hash;
    state_.state_hash += hash;
  }
  rehash_counts(entry);
  touch(entry);
  return {.code = Code::Accepted};
}

Decision Decider::create(const PolicyCommand& command, const Record& record) {
  auto entry = std::make_unique<Entry>();
  entry->policy.id = command.policy;
  const RefusalReason reason = apply_command(command, state_.clock, entry->policy);
  if (reason != RefusalReason::None) return {.code = Code::Refused, .reason = reason};
  if (entry->policy.codes == CodeKind::Imported) entry->codes = std::make_shared<ImportedCodes>();
  highest_policy_ = std::max(highest_policy_, command.policy);
  Entry& added = *entry;
  entries_[command.policy] = std::move(entry);
  rehash_counts(added);
  return accept(added, command, record);
}

Decision Decider::accept(Entry& entry, const PolicyCommand& command, const Record& record) {
  Policy& policy = entry.policy;
  ++policy.revision;
  if (policy.state == PolicyState::Closed) note_closed(policy);
  state_.state_hash -= entry.terms_hash;
  entry.terms_hash = hash_of_terms(policy);
  state_.state_hash += entry.terms_hash;
  policy_changes_.push_back({policy.id, policy.revision, record.offset, state_.clock, for_history(command)});
  touch(entry);
  return {.code = Code::Accepted};
}

Decision Decider::command(Entry* entry, const CouponCommand& command, const Record& record) {
  if (entry == nullptr) {
    return {.code = forgotten_.contains(command.policy) ? Code::Expired : Code::UnknownPolicy};
  }
  const Policy& policy = entry->policy;
  if (is_over(policy, state_.clock)) return {.code = Code::Expired};
  const auto owner = entry->owners.owner_of(command.sequence);
  if (!owner || (command.user && *command.user != owner->user)) return {.code = Code::UnknownCoupon};
  if (policy.state == PolicyState::Importing) {
    return {.code = Code::Refused, .reason = RefusalReason::BeingImported};
  }
  const CouponLife before = entry->lives.find(policy.id, command.sequence);
  CouponLife after = before;
  CouponTerms terms = terms_of(policy, owner->coupon.issued_at);
  terms.references_most = references_most(state_.rules);
  const CouponOutcome outcome = apply_command(command, terms, state_.clock, after);
  if (outcome.code == Code::Accepted) {
    accept(*entry, owner->user, before, after);
    coupon_changes_.push_back({policy.id, command.sequence, record.offset, state_.clock, command.kind,
                               command.reference, after.held_until, command.reason, command.who});
  }
  return {.code = outcome.code,
          .reason = outcome.reason,
          .sequence = command.sequence,
          .issued_at = owner->coupon.issued_at,
          .ordinal = owner->coupon.ordinal};
}

void Decider::accept(Entry& entry, UserId owner, const CouponLife& before, const CouponLife& after) {
  Policy& policy = entry.policy;
  const auto number_of = [](const CouponLife& life, CouponState state) {
    return life.state == state ? 1 : 0;
  };
  policy.used_count += number_of(after, CouponState::Used) - number_of(before, CouponState::Used);
  policy.cancelled_count += number_of(after, CouponState::Cancelled);
  if (after.gave_back_place) {
    --policy.active_count;
    ++entry.gave_back[owner];
  }
  const std::uint64_t change = hash_of(after) - hash_of(before);
  policy.coupons_hash += change;
  state_.state_hash += change;
  entry.lives.put(after);
  rehash_counts(entry);
  touch(entry);
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
  while (!closed_.empty() && closed_.begin()->first <= state_.clock) {
    over_.push_back(closed_.begin()->second);
    closed_.erase(closed_.begin());
  }
}

void Decider::note_closed(const Policy& policy) {
  if (is_over(policy, state_.clock)) {
    over_.push_back(policy.id);
  } else if (const auto end = expires_at(policy, policy.newest_issued_at)) {
    closed_.emplace(*end, policy.id);
  }
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

void Decider::touch(Entry& entry) {
  if (std::exchange(entry.touched, true)) return;
  touched_.push_back(entry.policy.id);
}

Decider::Entry* Decider::find_entry(PolicyId policy) const {
  const auto found = entries_.find(policy);
  return found == entries_.end() ? nullptr : found->second.get();
}

}  // namespace firstcome::decide
