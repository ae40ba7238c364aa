#include "store/simulated/tables.h"

#include <iterator>

namespace firstcome::store {

const char* Tables::broken_constraint(const Batch& batch) const {
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
  std::set<std::tuple<PolicyId, std::int64_t, Offset>> commands;
  for (const CouponChange& change : batch.coupon_changes) {
    if (coupon_changes.contains({change.policy, change.sequence, batch.after.era, change.offset}) ||
        !commands.insert({change.policy, change.sequence, change.offset}).second)
      return "coupon_change(policy_id, sequence, era, journal_offset)";
  }
  std::set<std::pair<PolicyId, UserId>> new_users;
  for (const ListedUser& row : batch.listed) {
    if (listed.contains({row.policy, row.user}) || !new_users.insert({row.policy, row.user}).second)
      return "eligible_user(policy_id, user_id)";
  }
  std::set<std::pair<PolicyId, std::int64_t>> new_codes;
  for (const ImportedCode& row : batch.imported_codes) {
    const std::pair key{row.policy, row.sequence};
    if (imported_codes.contains(key) || !new_codes.insert(key).second)
      return "coupon_code(policy_id, sequence)";
  }
  for (const Policy& policy : batch.policies) {
    if (policy.active_count < 0 || policy.active_count > policy.max_count) return "no_more_than_max_count";
    if (policy.used_count < 0 || policy.cancelled_count < 0 ||
        policy.used_count + policy.cancelled_count > policy.issued_count)
      return "no_more_than_issued";
  }
  if (batches.contains({batch.after.era, batch.after.partition, batch.first_offset})) return "journal_batch";
  return nullptr;
}

void Tables::add_codes(const Batch& batch) {
  const Position& after = batch.after;
  const auto behind = batches.lower_bound({after.era, after.partition, batch.first_offset});
  if (behind != batches.begin()) {
    BatchRow& newest = std::prev(behind)->second;
    const bool follows =
        newest.era == after.era && newest.partition == after.partition && newest.end() == batch.first_offset;
    if (follows &&
        static_cast<std::int64_t>(newest.codes.size() + batch.codes.size()) <= codes_of_extended_batch) {
      newest.codes.insert(newest.codes.end(), batch.codes.begin(), batch.codes.end());
      newest.after = after.state;
      return;
    }
  }
  batches[{after.era, after.partition, batch.first_offset}] = {after.era, after.partition, batch.first_offset,
                                                               batch.codes, after.state};
}

std::int64_t Tables::prune_batches(Partition partition, Offset before) {
  const Era era = positions.at(partition).era;
  std::int64_t pruned = 0;
  for (auto row = batches.lower_bound({era, partition, 0}); row != batches.end() && pruned < kPrunedAtOnce;) {
    const auto next = std::next(row);
    const BatchRow& batch = row->second;
    const bool is_newest =
        next == batches.end() || next->second.era != era || next->second.partition != partition;
    if (batch.era != era || batch.partition != partition || is_newest || batch.end() >= before) break;
    row = batches.erase(row);
    ++pruned;
  }
  return pruned;
}

CouponWithLife Tables::with_life(const CouponRow& row) const {
  const auto life = lives.find({row.coupon.policy, row.coupon.sequence});
  if (life != lives.end()) return {row, life->second};
  CouponWithLife untouched{row, {}};
  untouched.life.policy = row.coupon.policy;
  untouched.life.sequence = row.coupon.sequence;
  return untouched;
}

SaveResult Tables::apply(const Batch& batch) {
  const Position& after = batch.after;
  const auto row = positions.find(after.partition);
  if (row == positions.end()) {
    return {SaveOutcome::Failed, std::nullopt, Error::permanent("simulated: no such partition")};
  }
  Position& position = row->second;
  if (position.era != after.era || position.next_offset != batch.first_offset ||
      position.state.state_hash != batch.hash_before || !position.halted_reason.empty()) {
    return {SaveOutcome::Moved, position, {}};
  }
  if (const char* key = broken_constraint(batch)) {
    return {SaveOutcome::Conflict, std::nullopt, Error::permanent("simulated: constraint {}", key)};
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
  for (const CouponLife& life : batch.lives) lives[{life.policy, life.sequence}] = life;
  for (const CouponChange& change : batch.coupon_changes) {
    coupon_changes[{change.policy, change.sequence, after.era, change.offset}] = {change, after.partition,
                                                                                  after.era};
  }
  for (const ListedUser& added : batch.listed) {
    listed[{added.policy, added.user}] = {added, after.partition, after.era};
  }
  for (const ImportedCode& added : batch.imported_codes) {
    imported_codes[{added.policy, added.sequence}] = {added, after.partition, after.era};
  }
  add_codes(batch);
  return {};
}

}  // namespace firstcome::store
