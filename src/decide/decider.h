#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decide/coupon_owners.h"
#include "domain/decision.h"
#include "domain/record.h"
#include "domain/state.h"

namespace firstcome::decide {

/// What a run of decisions changed: the rows a store needs to follow.
struct Changes {
  std::vector<Coupon> coupons;               ///< in journal order
  std::vector<PolicyChange> policy_changes;  ///< in journal order
  std::vector<Policy> policies;              ///< after-images, once each
  PartitionState state;                      ///< after-image
};

/// Decides the records of one partition, one after the other. A pure function of what it is given: no
/// clock, no I/O, no randomness, so every node that follows the journal decides the same.
class Decider {
 public:
  /// `partitions`: the count fixed when the data was created. A `self` at or above it (a partition added
  /// later) is home to nothing.
  Decider(Partition self, std::int32_t partitions);
  ~Decider();
  Decider(Decider&&) noexcept;
  Decider& operator=(Decider&&) noexcept;

  /// Loading what was saved: state first, then policies, then the coupons of those not closed.
  void load(const PartitionState& state);
  void load(const Policy& policy);
  void load(const Coupon& coupon);
  /// After loading: do the sums agree with the saved hash?
  [[nodiscard]] bool loaded_well() const;

  /// Exactly one decision a record. Throws UnsupportedRules for a rules record this binary is too old for;
  /// the state is untouched then.
  Decision apply(const Record& record);

  /// These will be applied next: asks the memory for what that will look at, for all of them at once. Changes
  /// nothing. A decision among millions of owners is mostly waiting for memory, one after the other
  /// otherwise.
  void expect(std::span<const Record> records) const;
  static constexpr std::size_t kMostExpected = 16;

  /// Of this closed policy the id stays, and nothing else: nothing but CLOSED and EXISTS is decided about it,
  /// and the rest is in the store. Changes no hash. What changed of it must have been taken.
  void forget_closed(PolicyId policy);

  /// What changed since the last call (or since loading).
  Changes take_changes();

  [[nodiscard]] std::uint64_t hash() const { return state_.state_hash; }
  [[nodiscard]] Timestamp clock() const { return state_.clock; }
  [[nodiscard]] std::int32_t rules() const { return state_.rules; }
  [[nodiscard]] const PartitionState& state() const { return state_; }

  /// Null for one whose id alone is left, too.
  [[nodiscard]] const Policy* find(PolicyId policy) const;
  [[nodiscard]] std::optional<OwnedCoupon> find(PolicyId policy, UserId user) const;
  /// All of a policy's owners, for publishing; immutable from now on. The policy must exist.
  std::shared_ptr<const CouponOwners> freeze_owners(PolicyId policy);
  /// Ids of policies touched since the last take_changes(), each once.
  [[nodiscard]] const std::vector<PolicyId>& touched() const { return touched_; }
  /// Coupons that the next take_changes() would hand over.
  [[nodiscard]] std::size_t coupons_to_take() const { return coupons_.size(); }
  /// Without those whose id alone is left.
  [[nodiscard]] std::vector<PolicyId> policies() const;
  [[nodiscard]] PolicyId highest_policy() const { return highest_policy_; }

 private:
  struct Entry;
  Decision decide(const Record& record);
  /// FORWARDED, DUPLICATE or INVALID for a record that is not decided here; NONE for one that is.
  Code route(PolicyId policy, const Entry* entry, const Record& record);
  Decision issue(Entry* entry, const IssueRequest& request, const Record& record);
  Decision command(Entry* entry, const PolicyCommand& command, const Record& record);
  Decision create(const PolicyCommand& command, const Record& record);
  Decision change_rules(const RulesChange& rules);
  Decision import_chunk(Entry& entry, const PolicyCommand& command, const Record& record);
  Decision accept(Entry& entry, const PolicyCommand& command, const Record& record);
  /// The next coupon of a policy, to a user who is its owner already.
  void add_coupon(Entry& entry, UserId user, Timestamp issued_at, Offset offset);
  void move_clock(const Record& record);
  void raise_origin_mark(const Origin& origin);
  void touch(Entry& entry);
  void rehash_counts(Entry& entry);
  Entry* find_entry(PolicyId policy) const;

  Partition self_;
  std::int32_t partitions_;
  PartitionState state_;
  IdMap<PolicyId, std::unique_ptr<Entry>> entries_;
  IdSet<PolicyId> forgotten_;         ///< closed: see forget_closed()
  std::uint64_t forgotten_hash_ = 0;  ///< their part of the state hash
  PolicyId highest_policy_;
  std::vector<PolicyId> touched_;
  std::vector<Coupon> coupons_;
  std::vector<PolicyChange> policy_changes_;
  bool load_broken_ = false;  ///< a coupon was loaded twice, or for a policy that is not there
};

/// A rules record names a version this binary does not know; deciding on would be guessing.
struct UnsupportedRules {
  std::int32_t version = 0;
};

}  // namespace firstcome::decide
