#include "simulation.h"

#include <algorithm>

#include "fault_injector.h"
#include "simulated_node.h"
#include "simulated_users.h"

namespace firstcome::simulation {
namespace {

std::string unrest(Cluster& cluster) {
  if (!cluster.users().quiet()) return "a user waits";
  if (cluster.journal.next_event()) return "appends are in flight";
  for (int i = 0; i < cluster.nodes(); ++i) {
    if (const std::string why = cluster.node(i).unrest(); !why.empty()) return why;
  }
  return {};
}

/// Ends the faults. Then every user must get a reply and every decision must be saved within a minute.
void come_to_rest(Cluster& cluster) {
  cluster.note("faults stop");
  cluster.stop_faults();
  for (int i = 0; i < cluster.nodes(); ++i) {
    if (!cluster.node(i).alive()) cluster.node(i).start();
  }
  for (Partition p = 0; p < cluster.plan.partitions; ++p) {
    if (cluster.chance(200)) {
      cluster.saw("no owner at rest");  // then another node takes over the saving
      cluster.move_ownership(p, Cluster::kNoOwner);
    }
    for (int i = 0; i < cluster.nodes(); ++i) cluster.node(i).update_ownership(p);
  }
  const Timestamp deadline = cluster.timeline.now() + milliseconds{60'000};
  for (std::string why = unrest(cluster); !why.empty(); why = unrest(cluster)) {
    if (cluster.timeline.now() >= deadline)
      return cluster.complain("the system does not come to rest: " + why);
    cluster.run_until(cluster.timeline.now() + milliseconds{200});
  }
}

std::map<Partition, std::string> find_out_of_service(Cluster& cluster) {
  std::map<Partition, std::string> found;
  for (const auto& [partition, position] : cluster.store.tables().positions) {
    if (!position.halted_reason.empty()) found[partition] = position.halted_reason;
  }
  for (int i = 0; i < cluster.nodes(); ++i) {
    for (Partition p = 0; p < cluster.plan.partitions; ++p) {
      const replica::PartitionStatus& status = cluster.node(i).snapshots().partition(p);
      if (status.out_of_service()) found.emplace(p, status.reason());
    }
  }
  return found;
}

void add_counts(Cluster& cluster) {
  const auto& journal = cluster.journal.seen();
  const auto& store = cluster.store.seen();
  const std::pair<const char*, std::int64_t> counts[] = {
      {"queue full", journal.queue_full},
      {"not persisted", journal.not_persisted},
      {"possibly persisted, in", journal.possibly_in},
      {"possibly persisted, out", journal.possibly_out},
      {"turned up later", journal.turned_up_later},
      {"appended again", journal.appended_again},
      {"acknowledgement lost", journal.lost},
      {"acknowledgement doubled", journal.doubled},
      {"acknowledgement without offset", journal.without_offset},
      {"hole", journal.holes},
      {"hole at the end", journal.holes_at_end},
      {"clock backwards", journal.backwards},
      {"stamped by the sender", journal.sender_stamped},
      {"gapless appender failed", journal.gapless_failed},
      {"gapless ghost", journal.gapless_ghosts},
      {"dropped with its sender", journal.dropped_with_sender},
      {"saved", store.saved},
      {"save missed", store.moved},
      {"save failed", store.failed},
      {"save reply lost, committed", store.lost_committed},
      {"save reply lost, rolled back", store.lost_rolled_back},
      {"save reply lost, committed late", store.committed_late},
  };
  for (const auto& [name, count] : counts) cluster.saw(name, count);
  for (const auto& [key, batch] : cluster.store.tables().batches) {
    for (const std::uint8_t code : batch.codes)
      cluster.saw("code " + std::string(name_of(static_cast<Code>(code))));
  }
}

bool has_late_winners(const check::Report& report) {
  const auto& notes = report.of(check::Invariant::C10).notes;
  return std::ranges::any_of(notes, [](const std::string& note) {
    return note.find("after the first copy was refused") != std::string::npos;
  });
}

}  // namespace

SimulationResult simulate(std::uint64_t seed, bool print_trace, const AdjustPlan& adjust) {
  Cluster cluster(seed, adjust);
  cluster.trace.print(print_trace);
  for (int i = 0; i < cluster.nodes(); ++i) cluster.node(i).start();
  cluster.users().plan();
  plan_faults(cluster);
  cluster.run_until(cluster.timeline.now() + cluster.plan.length);
  come_to_rest(cluster);

  constexpr std::size_t kTextsMax = 8;
  SimulationResult outcome;
  outcome.left = gather(cluster);
  outcome.complaints = cluster.complaints();
  outcome.report = judge(outcome.left, kTextsMax);
  for (const bool with_store : {false, true}) {
    // Without the journal, a checker does not know that a request was appended again and won after it was
    // refused.
    if (has_late_winners(outcome.report)) break;
    const check::Report report = judge_without_journal(outcome.left, with_store, kTextsMax);
    if (report.clean() || !outcome.report.clean()) continue;
    outcome.complaints.push_back("the check passes with the journal and fails without it:\n" +
                                 as_table(report));
  }
  add_counts(cluster);
  outcome.saved_before_recreated = cluster.saved_before_recreated;
  outcome.out_of_service = find_out_of_service(cluster);
  outcome.trace_hash = cluster.trace.hash();
  outcome.coverage = cluster.coverage;
  return outcome;
}

}  // namespace firstcome::simulation
