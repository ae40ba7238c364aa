#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "decide/coupon_owners.h"
#include "decide/eligible_users.h"
#include "decide/imported_codes.h"
#include "domain/coupon_life.h"
#include "domain/decision.h"
#include "domain/record.h"
#include "domain/state.h"

namespace firstcome::decide {

/// The rows that a series of decisions changed, for the store.
struct Changes {
  std::vector<Coupon> coupons;               ///< in journal order
  std::vector<PolicyChange> policy_changes;  ///< in journal order
  std::vector<CouponChange> coupon_changes;  ///< in journal order
  std::vector<Policy> policies;              ///< new values, each policy once
  std::vector<ListedUser> listed;            ///< in journal order
  std::vector<ImportedCode> imported_codes;  ///< in journal order
  std::vector<CouponLife> lives;             ///< new values, each coupon once, by policy and sequence
  PartitionState state;                      ///< new value
};

/// Decides the records of one partition in order. A pure function of its input: no clock, no I/O, no
/// randomness. So every node that follows the journal makes the same decisions.
class Decider {
 public:
  /// `partitions`: the number of partitions when the data was created; it never changes. A partition that was
  /// added later (`self` >= `partitions`) is the home of no policy.
  Decider(Partition self, std::int32_t partitions);
  ~Decider();
  Decider(Decider&&) noexcept;
  Decider& operator=(Decider&&) noexcept;

  /// Load saved rows in this order: state, policies, coupons of the policies that are not over, lives of these
  /// coupons, listed users and imported codes of these policies.
  void load(const PartitionState& state);
  void load(const Policy& policy);
  void load(const Coupon& coupon);
  void load(const CouponLife& life);
  void load(const ListedUser& listed);
  void load(const ImportedCode& code);
  /// Call after loading. True if the loaded rows match the saved state hash.
  [[nodiscard]] bool loaded_well() const;

  /// Makes exactly one decision for each record. Throws UnsupportedRules if a rules record needs a newer
  /// binary; the state does not change then.
  Decision apply(const Record& record);

  /// Prefetches the memory that apply() reads for these records, all at once. Changes nothing. With millions
  /// of owners, most of the time of a decision is a wait for memory; without this call the waits come one
  /// after the other.
  void expect(std::span<const Record> records) const;
  static constexpr std::size_t kMostExpected = 16;

  /// The policies that are over since the last call.
  std::vector<PolicyId> take_over();
  /// Drops all of a policy that is over except its id: every later decision about it is CLOSED, EXPIRED, EXISTS
  /// or UNCHANGED,
  /// and the store has the rest. Does not change the state hash. Call take_changes() before, if the policy has
  /// changed.
  void forget(PolicyId policy);

  /// All changes since the last call, or since loading.
  Changes take_changes();

  [[nodiscard]] std::uint64_t hash() const { return state_.state_hash; }
  [[nodiscard]] Timestamp clock() const { return state_.clock; }
  [[nodiscard]] std::int32_t rules() const { return state_.rules; }
  [[nodiscard]] const PartitionState& state() const { return state_; }

  /// Null for an unknown policy and for one that forget() dropped.
  [[nodiscard]] const Policy* find(PolicyId policy) const;
  /// The newest coupon of the user.
  [[nodiscard]] std::optional<OwnedCoupon> find(PolicyId policy, UserId user) const;
  /// The coupon with this sequence; its offset is 0, because memory does not have it.
  [[nodiscard]] std::optional<Coupon> find_coupon(PolicyId policy, std::int64_t sequence) const;
  /// Of an issued coupon.
  [[nodiscard]] CouponLife life_of(PolicyId policy, std::int64_t sequence) const;
  /// An immutable copy of the owners of a policy, to publish. The policy must exist.
  std::shared_ptr<const CouponOwners> freeze_owners(PolicyId policy);
  /// An immutable copy of the list of a policy, to publish; null if it is for everyone. The policy must exist.
  std::shared_ptr<const EligibleUsers> freeze_listed(PolicyId policy);
  /// The codes of a policy, which any thread can read; null if they are not imported. The policy must exist.
  [[nodiscard]] std::shared_ptr<const ImportedCodes> imported_codes(PolicyId policy) const;
  /// Ids of the policies that have changed since the last take_changes(), each once.
  [[nodiscard]] const std::vector<PolicyId>& touched() const { return touched_; }
  /// Number of coupons, listed users and codes that the next take_changes() returns.
  [[nodiscard]] std::size_t rows_to_take() const {
    return coupons_.size() + listed_.size() + imported_codes_.size();
  }
  /// Without policies that forget() dropped.
  [[nodiscard]] std::vector<PolicyId> policies() const;
  [[nodiscard]] PolicyId highest_policy() const { return highest_policy_; }

 private:
  struct Entry;
  Decision decide(const Record& record);
  /// NONE if this partition decides the record, else FORWARDED, DUPLICATE or INVALID.
  Code route(PolicyId policy, const Entry* entry, const Record& record);
  Decision issue(Entry* entry, const IssueRequest& request, const Record& record);
  Decision command(Entry* entry, const PolicyCommand& command, const Record& record);
  Decision create(const PolicyCommand& command, const Record& record);
  Decision change_rules(const RulesChange& rules);
  Decision command(Entry* entry, const CouponCommand& command, const Record& record);
  void accept(Entry& entry, UserId owner, const CouponLife& before, const CouponLife& after);
  Decision import_chunk(Entry& entry, const PolicyCommand& command, const Record& record);
  Decision list_chunk(Entry& entry, const ListChunk& chunk, Offset offset);
  Decision code_chunk(Entry& entry, const CodeChunk& chunk, Offset offset);
  Decision accept(Entry& entry, const PolicyCommand& command, const Record& record);
  /// Issues the next coupon of a policy. The caller adds the user to the owners.
  void add_coupon(Entry& entry, UserId user, OwnedCoupon coupon, Offset offset);
  void move_clock(const Record& record);
  [[nodiscard]] std::vector<CouponLife> touched_lives(std::span<const CouponChange> changes) const;
  /// Adds a closed policy to `over_`, or to `closed_`.
  void note_closed(const Policy& policy);
  void raise_origin_mark(const Origin& origin);
  void touch(Entry& entry);
  void rehash_counts(Entry& entry);
  Entry* find_entry(PolicyId policy) const;

  Partition self_;
  std::int32_t partitions_;
  PartitionState state_;
  IdMap<PolicyId, std::unique_ptr<Entry>> entries_;
  IdSet<PolicyId> forgotten_;         ///< see forget()
  std::uint64_t forgotten_hash_ = 0;  ///< the part of the state hash of these policies
  PolicyId highest_policy_;
  std::vector<PolicyId> touched_;
  std::vector<Coupon> coupons_;
  std::vector<PolicyChange> policy_changes_;
  std::vector<CouponChange> coupon_changes_;
  std::vector<ListedUser> listed_;
  std::vector<ImportedCode> imported_codes_;
  /// Closed policies with coupons, by the time at which the last of them expires.
  std::set<std::pair<Timestamp, PolicyId>> closed_;
  std::vector<PolicyId> over_;
  bool load_broken_ = false;  ///< a coupon was loaded twice, or its policy does not exist
};

/// A rules record has a version that this binary does not support, so the decider must not continue.
struct UnsupportedRules {
  std::int32_t version = 0;
};

}  // namespace firstcome::decide
