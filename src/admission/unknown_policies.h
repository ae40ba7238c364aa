#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// Requests and questions about policies that this edge knows nothing of. Another edge may have created the
/// policy a moment ago, and its caller may come here next: "there is no such policy" needs an end of the
/// partition that was asked for after the request came, and that this replica has reached. So they wait for
/// the next one. Any number of them costs one question at a time, as often as the watch asks. One for an edge
/// thread, stepped by it.
class UnknownPolicies {
 public:
  enum class Verdict : std::uint8_t {
    Known,       ///< it has turned up
    Unknown,     ///< there was none at the place reached
    NotChecked,  ///< no such end was reached in time
  };
  using Settled = std::function<void(Verdict, Now)>;
  struct Settings {
    milliseconds wait_most{1'000};
    std::size_t most = 10'000;  ///< that wait at the same time
  };

  /// `ask_end`: asks the watch for the partition's end soon; any thread, does not block.
  UnknownPolicies(replica::PolicySnapshotReader& views, Settings settings,
                  std::function<void(Partition)> ask_end);

  /// False: too many wait. `settled` is called within on_time().
  bool wait(PolicyId policy, Partition partition, Settled settled);
  void on_time(Now now);
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Waiting {
    PolicyId policy;
    /// A time by which it had come: that of the first turn behind the one that read it. Nothing: not yet.
    std::optional<Instant> came;
    Settled settled;
  };
  struct Queue {
    std::deque<Waiting> requests;  ///< in the order in which they came
    Offset decided = 0;            ///< as last looked for policies that have turned up
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
