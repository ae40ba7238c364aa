#include "decide/decider.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decide/code_chunk.h"
#include "decide/commands.h"
#include "decide/coupon_lives.h"
#include "decide/coupon_rules.h"
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

struct Decider::Entry {
  Policy policy;
  CouponOwners owners;
  CouponLives lives;
  EligibleUsers listed;
  std::shared_ptr<ImportedCodes> codes;   ///< null if the policy has none or is over
  IdMap<UserId, std::int32_t> gave_back;  ///< number of coupons whose place the user gave back
  std::uint64_t terms_hash = 0;           ///< included in the state hash
  std::uint64_t counts_hash = 0;          ///< included in the state hash
  std::uint64_t loaded_coupons_hash =
      0;                            ///< sum over the loaded coupons; must be equal to policy.coupons_hash
  std::uint64_t imported_hash = 0;  ///< during an import: sum over the coupons so far
  bool touched = false;

  /// `issued`: the coupons that the user was ever issued.
  [[nodiscard]] UserCoupons coupons_of(UserId user, std::int32_t issued) const {
    const bool is_listed = policy.eligible == Eligible::Everyone || issued > 0 || listed.contains(user);
    if (!policy.reissue || issued == 0) return {issued, issued, is_listed};
    const auto found = gave_back.find(user);
    return {issued, found == gave_back.end() ? issued : issued - found->second, is_listed};
  }
  /// True if a user has more coupons that count against perUserLimit.
  [[nodiscard]] bool anyone_holds_more_than(std::int32_t limit) const {
    return std::ranges::any_of(owners.users_with(limit + 1), [&](UserId user) {
      return coupons_of(user, owners.find(user)->ordinal).counted > limit;
    });
  }
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
  if (!is_over(policy, state_.clock)) entry->owners.reserve(static_cast<std::size_t>(policy.issued_count));
  if (!is_over(policy, state_.clock) && policy.eligible == Eligible::Listed) {
    entry->listed.reserve(static_cast<std::size_t>(policy.listed_count));
  }
  if (!is_over(policy, state_.clock) && policy.codes == CodeKind::Imported) {
    entry->codes = std::make_shared<ImportedCodes>(static_cast<std::size_t>(policy.code_count));
  }
  if (policy.state == PolicyState::Closed) note_closed(policy);
  highest_policy_ = std::max(highest_policy_, policy.id);
  entries_[policy.id] = std::move(entry);
}

void Decider::load(const Coupon& coupon) {
  Entry* entry = find_entry(coupon.policy);
  if (entry == nullptr || coupon.sequence < 1 || coupon.sequence > entry->policy.issued_count ||
      coupon.user_ordinal < 1 || coupon.user_ordinal > kOrdinalMost ||
      !entry->owners.load(coupon.user, {coupon.sequence, coupon.issued_at, coupon.user_ordinal})) {
    load_broken_ = true;
    return;
  }
  entry->loaded_coupons_hash += hash_of(coupon);
  if (entry->policy.state == PolicyState::Importing) {
    entry->imported_hash += hash_of_imported(coupon.sequence, {coupon.user, coupon.issued_at});
  }
}

void Decider::load(const CouponLife& life) {
  Entry* entry = find_entry(life.policy);
  const auto owner = entry == nullptr ? std::nullopt : entry->owners.owner_of(life.sequence);
  if (!owner || life.references.empty() || entry->lives.touched(life.sequence)) {
    load_broken_ = true;
    return;
  }
  entry->lives.put(life);
  if (life.gave_back_place) ++entry->gave_back[owner->user];
  entry->loaded_coupons_hash += hash_of(life);
}

void Decider::load(const ListedUser& listed) {
  Entry* entry = find_entry(listed.policy);
  if (entry == nullptr || listed.number > entry->policy.listed_count || !entry->listed.add(listed.user)) {
    load_broken_ = true;
    return;
  }
  entry->loaded_coupons_hash += hash_of(listed);
}

void Decider::load(const ImportedCode& code) {
  Entry* entry = find_entry(code.policy);
  if (entry == nullptr || entry->codes == nullptr || code.sequence < 1 ||
      code.sequence > entry->policy.code_count || !is_imported_code(code.code) ||
      !entry->codes->load(code.sequence, code.code)) {
    load_broken_ = true;
    return;
  }
  entry->loaded_coupons_hash += hash_of(code);
}

bool Decider::loaded_well() const {
  if (load_broken_) return false;
  std::uint64_t sum = hash_of_partition(state_) + forgotten_hash_;
  for (const auto& [id, entry] : entries_) {
    const Policy& policy = entry->policy;
    sum += entry->terms_hash + entry->counts_hash + policy.coupons_hash;
    if (is_over(policy, state_.clock)) continue;  // its coupons are not loaded
    if (entry->loaded_coupons_hash != policy.coupons_hash) return false;
    if (static_cast<std::int64_t>(entry->owners.size()) != policy.issued_count) return false;
    if (entry->codes != nullptr && entry->codes->size() != policy.code_count) return false;
  }
  return sum == state_.state_hash;
}

// --- deciding ----------------------------------------------------------------------------------------

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
  changes.coupon_changes = std::exchange(coupon_changes_, {});
  changes.listed = std::exchange(listed_, {});
  changes.imported_codes = std::exchange(imported_codes_, {});
  changes.lives = touched_lives(changes.coupon_changes);
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

std::vector<CouponLife> Decider::touched_lives(std::span<const CouponChange> changes) const {
  std::vector<std::pair<PolicyId, std::int64_t>> touched;
  touched.reserve(changes.size());
  for (const CouponChange& change : changes) touched.emplace_back(change.policy, change.sequence);
  std::ranges::sort(touched);
  touched.erase(std::ranges::unique(touched).begin(), touched.end());
  std::vector<CouponLife> lives;
  lives.reserve(touched.size());
  for (const auto& [policy, sequence] : touched) lives.push_back(life_of(policy, sequence));
  return lives;
}

std::vector<PolicyId> Decider::take_over() { return std::exchange(over_, {}); }

void Decider::forget(PolicyId policy) {
  const auto found = entries_.find(policy);
  CHECK(found != entries_.end());
  const Entry& entry = *found->second;
  CHECK(is_over(entry.policy, state_.clock) && !entry.touched);
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

std::optional<Coupon> Decider::find_coupon(PolicyId policy, std::int64_t sequence) const {
  const Entry* entry = find_entry(policy);
  const auto owner = entry == nullptr ? std::nullopt : entry->owners.owner_of(sequence);
  if (!owner) return std::nullopt;
  return Coupon{.policy = policy,
                .sequence = sequence,
                .user = owner->user,
                .user_ordinal = owner->coupon.ordinal,
                .issued_at = owner->coupon.issued_at};
}

CouponLife Decider::life_of(PolicyId policy, std::int64_t sequence) const {
  const Entry* entry = find_entry(policy);
  CHECK(entry != nullptr);
  return entry->lives.find(policy, sequence);
}

std::shared_ptr<const CouponOwners> Decider::freeze_owners(PolicyId policy) {
  Entry* entry = find_entry(policy);
  CHECK(entry != nullptr);
  return entry->owners.freeze();
}

std::shared_ptr<const EligibleUsers> Decider::freeze_listed(PolicyId policy) {
  Entry* entry = find_entry(policy);
  CHECK(entry != nullptr);
  return entry->policy.eligible == Eligible::Listed ? entry->listed.freeze() : nullptr;
}

std::shared_ptr<const ImportedCodes> Decider::imported_codes(PolicyId policy) const {
  const Entry* entry = find_entry(policy);
  CHECK(entry != nullptr);
  return entry->codes;
}

std::vector<PolicyId> Decider::policies() const {
  std::vector<PolicyId> ids;
  ids.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  return ids;
}

}  // namespace firstcome::decide
