#include "replica/snapshot_loader.h"

#include <map>

#include "domain/home.h"

namespace firstcome::replica {
namespace {

/// Passes each row to the replica of its partition.
class SnapshotLoader : public store::SnapshotSink {
 public:
  explicit SnapshotLoader(std::span<Replica* const> replicas) {
    for (Replica* replica : replicas) by_partition_[replica->partition()] = replica;
  }
  bool wants(PolicyId policy) override { return home_of(policy) != nullptr; }
  bool wants_coupons(const Policy& policy) override {
    const Replica* replica = home_of(policy.id);
    return replica != nullptr && !is_over(policy, replica->decider().clock());
  }
  void position(const store::Position& position) override {
    if (Replica* replica = find(position.partition)) replica->load(position);
  }
  void policy(const Policy& policy) override {
    if (Replica* replica = home_of(policy.id)) replica->load(policy);
  }
  void coupon(const store::CouponRow& row) override { last_home_of(row.coupon.policy)->load(row); }
  void listed(const ListedUser& listed) override {
    if (Replica* replica = home_of(listed.policy)) replica->load(listed);
  }
  void imported_code(const ImportedCode& code) override {
    if (Replica* replica = home_of(code.policy)) replica->load(code);
  }
  void life(const CouponLife& life) override { last_home_of(life.policy)->load(life); }

 private:
  [[nodiscard]] Replica* find(Partition partition) const {
    const auto found = by_partition_.find(partition);
    return found == by_partition_.end() ? nullptr : found->second;
  }
  [[nodiscard]] Replica* home_of(PolicyId policy) const {
    return find(home(policy, by_partition_.begin()->second->homes()));
  }

  /// Rows often come ordered by policy, so the home is computed once per policy.
  [[nodiscard]] Replica* last_home_of(PolicyId policy) {
    if (policy != last_policy_) {
      last_policy_ = policy;
      last_home_ = home_of(policy);
    }
    return last_home_;
  }

  std::map<Partition, Replica*> by_partition_;
  PolicyId last_policy_;
  Replica* last_home_ = nullptr;
};

}  // namespace

Status load_snapshot(store::Store& store, std::span<Replica* const> replicas) {
  ASSIGN_OR_RETURN(const auto reader, store.make_reader());
  for (Replica* replica : replicas) replica->reset();
  SnapshotLoader loader(replicas);
  return reader->load_snapshot(loader);
}

}  // namespace firstcome::replica
