#include "admission/unavailable.h"

#include "domain/check.h"

namespace firstcome::admission {

std::string_view unavailable_reason(replica::Health health) {
  switch (health) {
    case replica::Health::Serving: return {};
    case replica::Health::Replaying: return "This node is still catching up with the journal.";
    case replica::Health::Halted:
      return "Issuing is halted for the partition of this policy until an operator lifts the halt.";
    case replica::Health::Stopped:
      return "This node has stopped the partition of this policy. Use another node; the log of this node has the reason.";
  }
  CHECK(false);
}

std::string_view unavailable_reason(const Readable& readable, std::optional<Partition> only) {
  if (readable.replays) return unavailable_reason(replica::Health::Replaying);
  return only ? unavailable_reason(readable.healths.front()) : std::string_view{};
}

Readable readable(const replica::PolicySnapshots& snapshots, std::optional<Partition> only) {
  Readable found;
  for (Partition i = only.value_or(0); i < (only ? *only + 1 : snapshots.homes()); ++i) {
    const replica::PartitionStatus& status = snapshots.partition(i);
    const replica::Health health = status.health.load(std::memory_order_acquire);
    found.replays = found.replays || health == replica::Health::Replaying;
    if (health == replica::Health::Halted || health == replica::Health::Stopped) found.left_out.push_back(i);
    found.healths.push_back(health);
    found.loads.push_back(status.loads);
  }
  return found;
}

}  // namespace firstcome::admission
