// From the rows of the store to a decider.
#include <algorithm>
#include <memory>

#include "decide/code_chunk.h"
#include "decide/decider.h"
#include "decide/decider_entry.h"
#include "decide/import_rules.h"
#include "decide/state_hash.h"

namespace firstcome::decide {

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

}  // namespace firstcome::decide
