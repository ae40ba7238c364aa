#include "store/simulated/tables.h"

namespace firstcome::store {

const char* Tables::broken_key(const Batch& batch) const {
  std::set<std::pair<PolicyId, std::int64_t>> sequences;
  std::set<std::tuple<PolicyId, UserId, std::int32_t>> users;
  for (const Coupon& coupon : batch.coupons) {
    const std::pair sequence{coupon.policy, coupon.sequence};
    const std::tuple user{coupon.policy, coupon.user, coupon.user_ordinal};
    if (coupons.contains(sequence) || !sequences.insert(sequence).second)
      return "coupon(policy_id, sequence)";
    if (coupon_of_user.contains(user) || !users.insert(user).second) return "coupon(policy_id, user_id)";
  }
  std::set<std::pair<PolicyId, std::int64_t>> revisions;
  for (const PolicyChangeRow& change : batch.changes) {
    const std::pair revision{change.policy, change.revision};
    if (changes.contains(revision) || !revisions.insert(revision).second)
      return "policy_change(policy_id, revision)";
  }
  if (batches.contains({batch.after.era, batch.after.partition, batch.first_offset})) return "journal_batch";
  return nullptr;
}

SaveResult Tables::apply(const Batch& batch) {
  const Position& after = batch.after;
  const auto row = positions.find(after.partition);
  if (row == positions.end()) {
    return {SaveOutcome::Failed, std::nullopt, {Error::Kind::Permanent, "simulated: no such partition"}};
  }
  Position& position = row->second;
  if (position.era != after.era || position.next_offset != batch.first_offset ||
      position.state.state_hash != batch.hash_before || !position.halted_reason.empty()) {
    return {SaveOutcome::Moved, position, {}};
  }
  if (const char* key = broken_key(batch)) {
    return {SaveOutcome::Conflict,
            std::nullopt,
            {Error::Kind::Permanent, std::string("simulated: unique key ") + key}};
  }
  position = after;
  position.halted_reason.clear();
  for (const Policy& policy : batch.policies) policies[policy.id] = policy;
  for (const Coupon& coupon : batch.coupons) {
    coupons[{coupon.policy, coupon.sequence}] = {coupon, after.partition, after.era};
    coupon_of_user[{coupon.policy, coupon.user, coupon.user_ordinal}] = coupon.sequence;
  }
  for (const PolicyChangeRow& change : batch.changes) {
    changes[{change.policy, change.revision}] = {change, after.partition, after.era};
  }
  batches[{after.era, after.partition, batch.first_offset}] = {after.era, after.partition, batch.first_offset,
                                                               batch.codes, after.state};
  return {};
}

}  // namespace firstcome::store
