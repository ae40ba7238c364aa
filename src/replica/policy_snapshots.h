#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "decide/coupon_owners.h"
#include "domain/policy.h"
#include "domain/time.h"
#include "journal/journal.h"
#include "replica/policy_ids.h"

namespace firstcome::replica {

/// A policy as of one place in the journal. Immutable; published by the partition's thread.
struct PolicySnapshot {
  Policy policy;
  Timestamp clock;   ///< the journal's clock at as_of
  Offset as_of = 0;  ///< records before this offset are decided
  /// While the policy refuses: everybody who holds a coupon. While it grants: unknown here.
  bool knows_owners = false;
  std::shared_ptr<const decide::CouponOwners> owners;  ///< null: nobody, as in a closed policy
  bool id_only = false;  ///< of a policy closed long ago: its id and state are all there is here

  [[nodiscard]] std::optional<decide::OwnedCoupon> find_owned(UserId user) const {
    return owners == nullptr ? std::nullopt : owners->find(user);
  }
};

/// Where one policy's newest view is put.
class PolicySlot {
 public:
  void publish(std::shared_ptr<const PolicySnapshot> view);
  /// The snapshots knows only its id from now on: readers let go of the slot.
  void retire();
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// Null once it is retired.
  std::shared_ptr<const PolicySnapshot> read(std::uint64_t& version_read) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const PolicySnapshot> view_;  // guarded by mutex_
  std::atomic<std::uint64_t> version_{0};
};

enum class Health : std::uint8_t {
  Replaying,  ///< starting or reloading: not caught up yet
  Serving,
  Halted,   ///< the store says so: nobody decides this partition until an operator lifts it
  Stopped,  ///< this node cannot go on with it (newer rules, another log, another state than the store's)
};

/// What keeps a Serving partition from answering, as the part of the node that meets it reports it. Each kind
/// has one reporter; an empty reason ends it.
enum class Trouble : std::uint8_t {
  Ending,     ///< the journal does not tell the partition's end; counts once that lasts
  Appending,  ///< the journal does not make appended records durable; counts at once
  Saving,     ///< the store does not take the decisions; counts from max-unsaved on
};
inline constexpr std::size_t kTroubles = 3;

/// A journal whose clock is further ahead of the machine's was written with a wrong one, or the machine's is
/// wrong now. Clocks that are kept by NTP differ by less.
inline constexpr milliseconds kClockAheadMost{5'000};

/// What one partition's thread lets everybody else see. Single words are atomics, views are immutable.
struct PartitionStatus {
  /// Worked out from the three facts below whenever one of them changes.
  std::atomic<Health> health{Health::Replaying};
  std::atomic<Offset> decided{0};   ///< next offset to decide
  std::atomic<Offset> position{0};  ///< read up to here; past `decided` where holes follow
  std::atomic<Offset> end{0};       ///< of the journal, as last answered
  /// Steady-clock milliseconds at which that end was asked for.
  std::atomic<std::int64_t> end_asked_ms{INT64_MIN};
  std::atomic<std::int64_t> clock_ms{0};
  std::atomic<std::int64_t> unsaved{0};  ///< decided records not yet known saved
  /// Steady-clock milliseconds at which the partition's end, since reached, was asked for. Rises; see
  /// raise_freshness().
  std::atomic<std::int64_t> fresh_as_of_ms{INT64_MIN};
  std::atomic<std::int64_t> highest_policy{0};

  /// How often the partition was loaded: who reads it twice and finds the same number read one life of it.
  std::atomic<std::uint32_t> loads{0};

  /// The partition's thread: has this node caught up with the journal?
  void set_caught_up(bool caught_up);
  /// This node cannot go on with the partition. A restart ends it, and begin_again().
  void stop(std::string reason);
  /// Journal, store and this node contradict each other: stop(), and a node that may write to the store halts
  /// the partition there.
  void contradict(const std::string& reason);
  /// The first contradiction; empty while there is none.
  [[nodiscard]] std::string contradiction() const;
  /// The issuer: what the store says. An empty reason lifts the halt.
  void set_halted(std::string reason);
  /// An operator has lifted the halt, so the partition is to be loaded again: no reason remains, and nothing
  /// is answered before that is done.
  void begin_again();
  /// The partition's thread: what begin_again() asked for is under way.
  void begins_again() { reload_due_ = false; }
  /// Halted or Stopped, or to be loaded again: nothing is decided, answered or saved.
  [[nodiscard]] bool out_of_service() const {
    const Health now = health;
    return now == Health::Halted || now == Health::Stopped || reload_due_;
  }
  /// The records that the log is compared by; nothing: none yet.
  struct Marks {
    /// Decided here, or the one that the store was saved with.
    std::optional<journal::RecordMark> newest;
    /// The newest that a comparison has found; until then the one that the store was saved with, or the first
    /// decided here. What was decided since may be of another log, because nothing has shown it yet.
    std::optional<journal::RecordMark> anchor;
    bool certain = false;  ///< the anchor is of the log that the store, or an earlier comparison, has seen
  };
  /// Loaded from the store.
  void set_marks(const std::optional<journal::RecordMark>& saved);
  void set_newest(const journal::RecordMark& record);
  /// This record and all before it are of the same log.
  void set_anchor(const journal::RecordMark& compared);
  [[nodiscard]] Marks marks() const;
  /// Why it is Stopped or Halted, in words; empty while neither.
  [[nodiscard]] std::string reason() const;

  /// The watch: the journal was asked for the partition's end at `asked_at` and answered.
  void saw_end(Instant asked_at, Offset offset);
  /// Everything up to an end asked for at that time is decided and published.
  void raise_freshness(std::int64_t asked_at_ms);
  void set_trouble(Trouble kind, std::string reason);
  /// Empty: none.
  [[nodiscard]] std::string trouble(Trouble kind) const;

 private:
  void work_out_health();

  std::atomic<bool> reload_due_{false};
  mutable std::mutex mutex_;  // guards everything below
  bool caught_up_ = false;
  std::string stopped_;
  std::string contradiction_;
  std::string halted_;
  Marks marks_;
  std::array<std::string, kTroubles> troubles_;
};

/// The notice snapshots between the partitions' threads and the edge: views of policies, health, freshness.
/// Thread-safe.
class PolicySnapshots {
 public:
  explicit PolicySnapshots(std::int32_t partitions) : PolicySnapshots(partitions, partitions) {}
  /// `homes`: the first so many are home to policies; those behind were added to the journal later.
  PolicySnapshots(std::int32_t partitions, std::int32_t homes);

  PartitionStatus& partition(Partition partition) {
    return *partitions_.at(static_cast<std::size_t>(partition));
  }
  const PartitionStatus& partition(Partition partition) const {
    return *partitions_.at(static_cast<std::size_t>(partition));
  }
  [[nodiscard]] std::int32_t partitions() const { return static_cast<std::int32_t>(partitions_.size()); }
  [[nodiscard]] std::int32_t homes() const { return homes_; }

  /// Any thread; takes no lock.
  [[nodiscard]] PolicyIds::Known known(PolicyId policy) const { return ids_.find(policy); }
  /// Null unless its views are in memory.
  [[nodiscard]] std::shared_ptr<const PolicySlot> find(PolicyId policy) const;
  void publish(std::shared_ptr<const PolicySnapshot> view);
  /// A closed policy that the store has: from now on it costs its id.
  void retire(PolicyId policy);
  [[nodiscard]] std::size_t retired() const { return ids_.id_only(); }
  /// Up to `limit` views with id above `after`, by id; of those that are in memory.
  std::vector<std::shared_ptr<const PolicySnapshot>> list(PolicyId after, std::size_t limit) const;
  [[nodiscard]] PolicyId highest_policy() const;

 private:
  std::vector<std::unique_ptr<PartitionStatus>> partitions_;
  const std::int32_t homes_;
  mutable std::mutex mutex_;
  PolicyIds ids_;                                          // set with mutex_ held, found without
  PolicyId highest_policy_;                                // guarded by mutex_
  std::map<PolicyId, std::shared_ptr<PolicySlot>> slots_;  // guarded by mutex_
};

/// One thread's reading side of the snapshots: keeps the last view of each policy, so that a policy that does
/// not change costs one atomic load and no lock.
class PolicySnapshotReader {
 public:
  explicit PolicySnapshotReader(const PolicySnapshots& snapshots) : snapshots_(&snapshots) {
    retired_.knows_owners = true;
    retired_.id_only = true;
    retired_.policy.state = PolicyState::Closed;
  }
  /// The newest view; null for a policy nobody has seen. Valid until the next call.
  const PolicySnapshot* view(PolicyId policy);
  /// Lets go of views that are not the newest any more, of policies that nobody asks this thread for. Call it
  /// every second or so.
  void refresh();
  [[nodiscard]] const PolicySnapshots& snapshots() const { return *snapshots_; }

 private:
  struct Seen {
    std::shared_ptr<const PolicySlot> slot;
    std::uint64_t version = 0;
    std::shared_ptr<const PolicySnapshot> view;
  };
  const PolicySnapshot* retired(PolicyId policy);
  const PolicySnapshots* snapshots_;
  IdMap<PolicyId, Seen> seen_;
  PolicySnapshot retired_;  ///< what is shown of the retired one asked for last
};

}  // namespace firstcome::replica
