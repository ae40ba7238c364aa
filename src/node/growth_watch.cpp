#include "node/growth_watch.h"

#include <utility>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {

GrowthWatch::GrowthWatch(journal::JournalReader& journal, GrowthCounters& counters, milliseconds every)
    : journal_(journal),
      counters_(counters),
      reported_(journal.partitions()),
      thread_("growth", [this, every, first = true]() mutable -> std::optional<Instant> {
        if (!std::exchange(first, false)) look();
        return now().steady + every;
      }) {}

void GrowthWatch::look() {
  const auto now = journal_.partitions_now();
  // Others ask the journal four times a second and say that it does not answer.
  if (!now.ok()) return counters_.errors.add(now.error());
  const std::int32_t followed = journal_.partitions();
  counters_.unfollowed.set(*now - followed);
  if (*now <= reported_) return;
  reported_ = *now;
  log::error("the journal has " + std::to_string(*now) + " partitions by now, and this node follows the " +
             std::to_string(followed) +
             " there were when it was started: what clients send to the others waits, undecided, until the "
             "nodes are started anew, issuers first. See FirstcomePartitionsAdded in the runbook.");
}

}  // namespace firstcome::node
