#include "node/clock_guard.h"

#include <fmt/core.h>

#include <optional>

namespace firstcome::node {
namespace {

constexpr std::size_t kPoliciesAtOnce = 1'000;

/// How the clock alone would change the policy; empty if it would not.
std::string change_between(const Policy& policy, Timestamp last, Timestamp now) {
  if (policy.state == PolicyState::Closed) return {};
  const auto between = [&](const std::optional<Timestamp>& at) { return at && *at > last && *at <= now; };
  const auto change = [&](std::string_view what, Timestamp at) {
    return fmt::format("policy {} would {} ({})", policy.id.value, what, format_rfc3339(at));
  };
  if (between(policy.issue_starts_at)) return change("open", *policy.issue_starts_at);
  if (between(policy.issue_ends_at)) return change("end", *policy.issue_ends_at);
  return {};
}

}  // namespace

std::string why_not_append(const replica::PolicySnapshots& snapshots, Timestamp last, Timestamp now) {
  const std::string clocks =
      fmt::format("The machine's clock shows {}. The journal's last record is from {}, {} days earlier. ",
                  format_rfc3339(now), format_rfc3339(last),
                  std::chrono::duration_cast<std::chrono::days>(now - last).count());
  for (Partition partition = 0; partition < snapshots.partitions(); ++partition) {
    if (snapshots.partition(partition).health != replica::Health::Replaying) continue;
    return clocks + "Nothing is appended until every partition has caught up with the journal.";
  }
  PolicyId after;
  for (;;) {
    const auto page = snapshots.list(after, kPoliciesAtOnce);
    if (page.empty()) return {};
    for (const auto& snapshot : page) {
      const std::string change = change_between(snapshot->policy, last, now);
      if (change.empty()) continue;
      return fmt::format(
          "{}Nothing is appended, because {} in between, and the journal's clock never goes back. Correct "
          "the machine's clock. If it is correct, start with --accept-clock.",
          clocks, change);
    }
    after = page.back()->policy.id;
  }
}

}  // namespace firstcome::node
