#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// The waiting requests for policies of which this edge has no snapshot. Another edge may have created the policy a moment
/// ago, and its caller may use this edge next. So UNKNOWN_POLICY is certain only if the replica has reached an end of the
/// partition that was requested after the request arrived. All waiting requests share one question for the end. One per
/// edge thread, which steps it.
class UnknownPolicies {
 public:
  enum class Verdict : std::uint8_t {
    Known,       ///< the policy has appeared
    Unknown,     ///< the policy does not exist at that end
    NotChecked,  ///< the replica did not reach such an end in time
  };
  using Settled = std::function<void(Verdict, Now)>;
  struct Settings {
    milliseconds wait_most{1'000};
    std::size_t most = 10'000;  ///< limit of waiting requests
  };

  /// `ask_end`: requests the end of a partition from the watch thread; callable from any thread, does not block.
  UnknownPolicies(replica::PolicySnapshotReader& views, Settings settings,
                  std::function<void(Partition)> ask_end);

  /// False: too many requests wait. on_time() calls `settled`.
  bool wait(PolicyId policy, Partition partition, Settled settled);
  void on_time(Now now);
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Waiting {
    PolicyId policy;
    /// An upper bound of its arrival: the time of the first on_time() after it. Nothing: before that.
    std::optional<Instant> came;
    Settled settled;
  };
  struct Queue {
    std::deque<Waiting> requests;  ///< in the order of arrival
    Offset decided = 0;            ///< position of the last look for policies that have appeared
  };
  void settle_known(Queue& queue, Offset decided, Now now);
  void settle_oldest(Queue& queue, const replica::PartitionStatus& status, Now now);
  static void stamp_new(Queue& queue, Now now);
  void settle(const Settled& settled, Verdict verdict, Now now);

  replica::PolicySnapshotReader& views_;
  const Settings settings_;
  const std::function<void(Partition)> ask_end_;
  std::vector<Queue> queues_;  ///< by partition
  std::size_t waiting_ = 0;
};

}  // namespace firstcome::admission
