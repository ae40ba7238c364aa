#include "domain/check.h"
#include "domain/home.h"
#include "replica/replica.h"

namespace firstcome::replica {

SnapshotLoader::SnapshotLoader(const std::vector<Replica*>& replicas, std::int32_t partitions)
    : by_partition_(static_cast<std::size_t>(partitions), nullptr), partitions_(partitions) {
  for (Replica* replica : replicas) {
    CHECK(replica->partition() < partitions);
    by_partition_[static_cast<std::size_t>(replica->partition())] = replica;
  }
}

void SnapshotLoader::position(const store::Position& position) {
  if (position.partition >= partitions_) return;
  if (Replica* replica = by_partition_[static_cast<std::size_t>(position.partition)]) replica->load(position);
}

void SnapshotLoader::policy(const Policy& policy) {
  if (Replica* replica = home_of(policy.id)) replica->load(policy);
}

void SnapshotLoader::coupon(const Coupon& coupon) {
  // Coupons come policy by policy; hash the id once for each run of them.
  if (coupon.policy != last_policy_) {
    last_policy_ = coupon.policy;
    last_home_ = home_of(coupon.policy);
  }
  if (last_home_ != nullptr) last_home_->load(coupon);
}

Replica* SnapshotLoader::home_of(PolicyId policy) const {
  return by_partition_[static_cast<std::size_t>(home(policy, partitions_))];
}

}  // namespace firstcome::replica
