#pragma once

#include <functional>
#include <vector>

#include "journal/journal.h"
#include "journal/record_mac.h"
#include "replica/policy_snapshots.h"

namespace firstcome::issuer {

/// Closes policies that have expired long ago: see policy_expires_at(). Until a policy is closed, an operator can prolong it, so every node keeps
/// its coupons in memory and reads them at each start. The `close` is an ordinary record: every node forgets the
/// policy at the same record, and a change that an operator sends at the same time makes it STALE.
///
/// Stepped; used by one thread:
///
///     every minute  closer.close(now())
class PolicyCloser {
 public:
  /// `is_mine`: this node saves the partition. `after`: the time between the expiry of a policy and its close, above 0. All
  /// references must outlive this.
  PolicyCloser(const replica::PolicySnapshots& snapshots, journal::Appender& appender,
               const journal::RecordMac& record_mac, std::function<bool(Partition)> is_mine,
               milliseconds after);

  /// Appends a `close` for each policy that is due, for at most kMostAtOnce. Returns the policies. A close needs no answer:
  /// the next call repeats it if it was lost or is not decided yet.
  std::vector<PolicyId> close(Timestamp now);

  static constexpr std::size_t kMostAtOnce = 100;

 private:
  [[nodiscard]] bool is_due(const Policy& policy, Timestamp now) const;
  bool append(const Policy& policy, Partition partition);

  const replica::PolicySnapshots& snapshots_;
  journal::Appender& appender_;
  const journal::RecordMac record_mac_;
  const std::function<bool(Partition)> is_mine_;
  const milliseconds after_;
};

}  // namespace firstcome::issuer
