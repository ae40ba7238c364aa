#include "domain/home.h"
#include "replica/replica.h"

namespace firstcome::replica {

SnapshotLoader::SnapshotLoader(const std::vector<Replica*>& replicas, std::int32_t homes) : homes_(homes) {
  for (Replica* replica : replicas) by_partition_[replica->partition()] = replica;
}

void SnapshotLoader::position(const store::Position& position) {
  if (Replica* replica = find(position.partition)) replica->load(position);
}

void SnapshotLoader::policy(const Policy& policy) {
  if (Replica* replica = find(home(policy.id, homes_))) replica->load(policy);
}

void SnapshotLoader::coupon(const Coupon& coupon) {
  // Coupons come policy by policy; hash the id once for each run of them.
  if (coupon.policy != last_policy_) {
    last_policy_ = coupon.policy;
    last_home_ = find(home(coupon.policy, homes_));
  }
  if (last_home_ != nullptr) last_home_->load(coupon);
}

Replica* SnapshotLoader::find(Partition partition) const {
  const auto found = by_partition_.find(partition);
  return found == by_partition_.end() ? nullptr : found->second;
}

}  // namespace firstcome::replica
