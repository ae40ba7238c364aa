// What others read of a decider: the changes to save, policies and coupons, copies to publish.
#include <algorithm>
#include <utility>

#include "decide/decider.h"
#include "decide/decider_entry.h"
#include "domain/check.h"

namespace firstcome::decide {

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
