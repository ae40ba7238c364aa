#include "admission/unfit.h"

#include "domain/check.h"

namespace firstcome::admission {

std::string_view unfit_words(replica::Health health) {
  switch (health) {
    case replica::Health::Serving: return {};
    case replica::Health::Replaying: return "This node is still catching up with the journal.";
    case replica::Health::Halted:
      return "Issuing is halted for this policy's partition; an operator has to look at it.";
    case replica::Health::Stopped:
      return "This node cannot go on with this policy's partition; its log says why.";
  }
  CHECK(false);
}

std::string_view unfit_words(const Readable& readable, std::optional<Partition> only) {
  if (readable.replays) return unfit_words(replica::Health::Replaying);
  return only ? unfit_words(readable.healths.front()) : std::string_view{};
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
