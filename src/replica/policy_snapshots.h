#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "decide/coupon_owners.h"
#include "decide/eligible_users.h"
#include "decide/imported_codes.h"
#include "domain/coupon_histories.h"
#include "domain/policy.h"
#include "domain/time.h"
#include "replica/coupon_cache.h"
#include "replica/partition_status.h"
#include "replica/policy_ids.h"

namespace firstcome::replica {

/// A policy as of one offset. Immutable; published by the partition's thread.
struct PolicySnapshot {
  Policy policy;
  Timestamp clock;                                     ///< the journal's clock at `as_of`
  Offset as_of = 0;                                    ///< records before this offset are decided
  bool knows_owners = false;                           ///< true while the policy refuses
  std::shared_ptr<const decide::CouponOwners> owners;  ///< all coupon owners; null in a closed policy
  /// The users on the policy's list; null if it is for everyone or closed.
  std::shared_ptr<const decide::EligibleUsers> listed;
  /// Of all coupons, for their codes; null if the policy has no generated codes, or no coupons.
  std::shared_ptr<const CouponHistories> histories;
  /// The imported codes of the policy; null if it has none. Other threads add to them.
  std::shared_ptr<const decide::ImportedCodes> codes;
  bool id_only = false;  ///< closed and saved: only id and state are valid

  /// The user's coupon with this ordinal, or the newest if the user has fewer.
  [[nodiscard]] std::optional<decide::OwnedCoupon> find_owned(UserId user, std::int32_t ordinal) const {
    return owners == nullptr ? std::nullopt : owners->find(user, ordinal);
  }
};

/// The imported codes of the policies in memory, by policy.
using CodeLists = std::map<PolicyId, std::shared_ptr<const decide::ImportedCodes>>;

/// A code of a list.
struct CodePlace {
  PolicyId policy;
  std::int64_t sequence = 0;  ///< of the coupon, issued or not
};
/// The policy with the lowest id, if several have the code. Looks into every list but that of `except`.
std::optional<CodePlace> find_code(const CodeLists& lists, std::string_view code, PolicyId except = {});

/// Holds the newest snapshot of one policy. Thread-safe.
class PolicySlot {
 public:
  /// Null: the policy is retired, only its id remains in memory. Readers then drop this slot.
  void publish(std::shared_ptr<const PolicySnapshot> snapshot);
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// Null if the policy is retired.
  std::shared_ptr<const PolicySnapshot> read(std::uint64_t& version_read) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const PolicySnapshot> snapshot_;  // guarded by mutex_
  std::atomic<std::uint64_t> version_{0};
};

/// What the partitions' threads publish for the edge: policy snapshots, the coupons decided last, and the status of each
/// partition.
/// Thread-safe.
class PolicySnapshots {
 public:
  explicit PolicySnapshots(std::int32_t partitions) : PolicySnapshots(partitions, partitions) {}
  /// `homes`: the number of partitions that can be the home of a policy; later ones were added to the journal
  /// later. `cache_bytes`: for the coupons decided last; 0 on a node without users.
  PolicySnapshots(std::int32_t partitions, std::int32_t homes,
                  std::size_t cache_bytes = CouponCache::kDefaultBytes);

  PartitionStatus& partition(Partition partition) {
    return *partitions_.at(static_cast<std::size_t>(partition));
  }
  const PartitionStatus& partition(Partition partition) const {
    return *partitions_.at(static_cast<std::size_t>(partition));
  }
  [[nodiscard]] std::int32_t partitions() const { return static_cast<std::int32_t>(partitions_.size()); }
  [[nodiscard]] std::int32_t homes() const { return homes_; }
  CouponCache& coupons() { return coupons_; }
  [[nodiscard]] const CouponCache& coupons() const { return coupons_; }

  /// Any thread; takes no lock.
  [[nodiscard]] PolicyIds::Known known(PolicyId policy) const { return ids_.find(policy); }
  /// Null unless the policy is in memory.
  [[nodiscard]] std::shared_ptr<const PolicySlot> find(PolicyId policy) const;
  void publish(std::shared_ptr<const PolicySnapshot> snapshot);
  /// A closed policy that is saved: only its id stays in memory.
  void retire(PolicyId policy);
  [[nodiscard]] std::size_t retired() const { return ids_.id_only(); }
  /// Up to `limit` snapshots of policies in memory with an id above `after`, ordered by id.
  std::vector<std::shared_ptr<const PolicySnapshot>> list(PolicyId after, std::size_t limit) const;
  /// An immutable copy of the map.
  [[nodiscard]] std::shared_ptr<const CodeLists> code_lists() const;
  /// The highest id in use of those that are given in order; 0 if there is none.
  [[nodiscard]] PolicyId highest_numbered() const;

 private:
  void note_id(PolicyId policy);  // with mutex_ held
  void set_codes(PolicyId policy, const std::shared_ptr<const decide::ImportedCodes>& codes);  // likewise

  std::vector<std::unique_ptr<PartitionStatus>> partitions_;
  const std::int32_t homes_;
  CouponCache coupons_;
  mutable std::mutex mutex_;
  PolicyIds ids_;                                          // set with mutex_ held, found without
  PolicyId highest_numbered_;                              // guarded by mutex_
  std::map<PolicyId, std::shared_ptr<PolicySlot>> slots_;  // guarded by mutex_
  std::shared_ptr<const CodeLists> code_lists_ = std::make_shared<CodeLists>();  // guarded by mutex_
};

/// Reads the snapshots for one thread. It keeps the last snapshot of each policy, so that reading an
/// unchanged policy costs one atomic load and no lock.
class PolicySnapshotReader {
 public:
  explicit PolicySnapshotReader(const PolicySnapshots& snapshots) : snapshots_(&snapshots) {
    retired_.knows_owners = true;
    retired_.id_only = true;
    retired_.policy.state = PolicyState::Closed;
  }
  /// The newest snapshot; null for an unknown policy. Valid until the next call.
  const PolicySnapshot* view(PolicyId policy);
  /// Replaces outdated snapshots, so that their memory is freed also if no caller asks for the policy. Call
  /// it about every second.
  void refresh();
  [[nodiscard]] const PolicySnapshots& snapshots() const { return *snapshots_; }

 private:
  struct Seen {
    std::shared_ptr<const PolicySlot> slot;
    std::uint64_t version = 0;
    std::shared_ptr<const PolicySnapshot> snapshot;
  };
  const PolicySnapshot* retired(PolicyId policy);
  const PolicySnapshots* snapshots_;
  IdMap<PolicyId, Seen> seen_;
  PolicySnapshot retired_;  ///< returned for retired policies; has the id of the last one
};

}  // namespace firstcome::replica
