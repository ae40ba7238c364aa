#include "cluster.h"

#include <algorithm>

#include "decide/state_hash.h"
#include "simulated_node.h"
#include "simulated_users.h"

namespace firstcome::simulation {
namespace {

const Timestamp kBegin = *parse_rfc3339("2026-11-23T14:00:00Z");

SimulationPlan adjusted(SimulationPlan plan, const AdjustPlan& adjust) {
  if (adjust) adjust(plan);
  return plan;
}

store::Settings settings_of(const SimulationPlan& plan) {
  store::Settings settings;
  settings.partitions = plan.partitions;
  settings.journal_identity = "simulated";
  settings.key = *InstallationKey::from_hex(std::string(64, '5'));
  return settings;
}

}  // namespace

Cluster::Cluster(std::uint64_t seed, const AdjustPlan& adjust)
    : random_(seed),
      plan(adjusted(draw_plan(random_), adjust)),
      timeline(kBegin),
      journal(plan.partitions, kBegin, random_, plan.journal),
      settings(settings_of(plan)),
      store(settings, decide::initial_state(), random_, plan.store),
      users_(std::make_unique<SimulatedUsers>(*this)) {
  constexpr std::int64_t kCodesOfARow = 16;
  store.extend_batches_up_to(kCodesOfARow);
  for (Partition p = 0; p < plan.partitions; ++p) owners_.push_back(some_issuer());
  for (int i = 0; i < plan.nodes; ++i) nodes_.push_back(std::make_unique<SimulatedNode>(*this, i));
}

Cluster::~Cluster() = default;

milliseconds Cluster::delay(milliseconds most) {
  if (resting_) return milliseconds{1};
  const std::int64_t longest = most.count() * (chance(30) ? 10 : 1);
  return milliseconds{between(0, std::max<std::int64_t>(longest, 0))};
}

void Cluster::note(std::string_view what, std::initializer_list<std::int64_t> numbers) {
  trace.note(timeline.since_begin(), what, numbers);
}

void Cluster::saw(std::string_view what, std::int64_t times) {
  if (times == 0) return;
  auto found = coverage.find(what);
  if (found == coverage.end()) found = coverage.emplace(std::string(what), 0).first;
  found->second += times;
}

void Cluster::run_until(Timestamp until) {
  while (true) {
    const auto planned = timeline.next();
    const auto in_journal = journal.next_event();
    if (in_journal && *in_journal <= until && (!planned || *in_journal <= *planned)) {
      timeline.move_to(std::max(timeline.now(), *in_journal));
      journal.run_until(*in_journal);
    } else if (planned && *planned <= until) {
      timeline.move_to(*planned);
      journal.run_until(*planned);
      timeline.run_next();
    } else {
      break;
    }
  }
  timeline.move_to(until);
  journal.run_until(until);
}

void Cluster::note_commits() {
  for (const auto& [partition, position] : store.tables().positions) {
    auto& commits = commits_[partition];
    if (!commits.empty() && commits.back().second == position.next_offset) continue;
    commits.emplace_back(timeline.now(), position.next_offset);
  }
}

std::optional<Timestamp> Cluster::first_saved_past(Partition partition, Offset offset) const {
  const auto commits = commits_.find(partition);
  if (commits == commits_.end()) return std::nullopt;
  for (const auto& [at, next_offset] : commits->second) {
    if (next_offset > offset) return at;
  }
  return std::nullopt;
}

void Cluster::move_ownership(Partition partition, int to) {
  int& owner = owners_.at(static_cast<std::size_t>(partition));
  if (owner == to) return;
  note("ownership", {partition, owner, to});
  saw("ownership moved");
  const int from = std::exchange(owner, to);
  // Each node learns it after a different delay, so for a while there are two owners, or none.
  for (const int number : {from, to}) {
    if (number == kNoOwner) continue;
    node(number).later(milliseconds{between(0, 1'500)},
                       [this, number, partition] { node(number).update_ownership(partition); });
  }
}

void Cluster::stop_faults() {
  resting_ = true;
  journal.faults() = {};
  store.faults() = {};
  store.set_down(false);
  store.commit_in_flight();
  note_commits();
}

}  // namespace firstcome::simulation
