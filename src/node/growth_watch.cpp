#include "node/growth_watch.h"

#include <fmt/core.h>

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
  // Not logged: WatchThread calls the journal four times a second and logs its failures.
  if (!now.ok()) return counters_.errors.add(now.error());
  const std::int32_t followed = journal_.partitions();
  counters_.unfollowed.set(*now - followed);
  if (*now <= reported_) return;
  reported_ = *now;
  log::error(fmt::format(
      "The journal now has {} partitions, but this node follows only the {} that existed when it started. "
      "Records that clients send to the new ones are not decided until the nodes are restarted. Restart the "
      "nodes, issuers first. See FirstcomePartitionsAdded in the runbook.",
      *now, followed));
}

}  // namespace firstcome::node
