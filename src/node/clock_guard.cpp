#include "node/clock_guard.h"

#include <optional>

namespace firstcome::node {
namespace {

constexpr std::size_t kPoliciesAtOnce = 1'000;

/// What would happen to the policy by the clock alone; empty: nothing.
std::string change_between(const Policy& policy, Timestamp last, Timestamp now) {
  if (policy.state == PolicyState::Closed) return {};
  const auto between = [&](const std::optional<Timestamp>& at) { return at && *at > last && *at <= now; };
  const std::string name = "policy " + std::to_string(policy.id.value);
  if (between(policy.issue_starts_at))
    return name + " would open (" + format_rfc3339(*policy.issue_starts_at) + ")";
  if (between(policy.issue_ends_at))
    return name + " would end (" + format_rfc3339(*policy.issue_ends_at) + ")";
  return {};
}

}  // namespace

std::string why_not_append(const replica::PolicySnapshots& snapshots, Timestamp last, Timestamp now) {
  const std::string clocks =
      "The machine's clock says " + format_rfc3339(now) + ", and the journal's last record is of " +
      format_rfc3339(last) + ", " +
      std::to_string(std::chrono::duration_cast<std::chrono::days>(now - last).count()) + " days before. ";
  for (Partition partition = 0; partition < snapshots.partitions(); ++partition) {
    if (snapshots.partition(partition).health != replica::Health::Replaying) continue;
    return clocks + "Nothing is appended before every partition has caught up with the journal.";
  }
  PolicyId after;
  for (;;) {
    const auto views = snapshots.list(after, kPoliciesAtOnce);
    if (views.empty()) return {};
    for (const auto& view : views) {
      const std::string change = change_between(view->policy, last, now);
      if (change.empty()) continue;
      return clocks + "Nothing is appended, because " + change +
             " in between, and the journal's clock never goes back. Set the clock right; or, if it is right, "
             "start with --accept-clock.";
    }
    after = views.back()->policy.id;
  }
}

}  // namespace firstcome::node
