#include "simulation.h"

#include <algorithm>

#include "crowd.h"
#include "misfortune.h"
#include "node.h"

namespace firstcome::simulation {
namespace {

std::string unrest(World& world) {
  if (!world.crowd().quiet()) return "somebody waits";
  if (world.journal.next_event()) return "appends are under way";
  for (int i = 0; i < world.nodes(); ++i) {
    if (const std::string why = world.node(i).unrest(); !why.empty()) return why;
  }
  return {};
}

/// Faults stop; everybody who waits gets an answer and everything decided gets saved, within a while.
void come_to_rest(World& world) {
  world.note("faults stop");
  world.stop_faults();
  for (int i = 0; i < world.nodes(); ++i) {
    if (!world.node(i).alive()) world.node(i).start();
  }
  for (Partition p = 0; p < world.plan.partitions; ++p) {
    if (world.chance(200)) {
      world.saw("nobody owns at rest");  // then somebody takes over what nobody saves
      world.move_ownership(p, World::kNobody);
    }
    for (int i = 0; i < world.nodes(); ++i) world.node(i).hear_ownership(p);
  }
  const Timestamp deadline = world.timeline.now() + milliseconds{60'000};
  for (std::string why = unrest(world); !why.empty(); why = unrest(world)) {
    if (world.timeline.now() >= deadline) return world.complain("the system does not come to rest: " + why);
    world.run_until(world.timeline.now() + milliseconds{200});
  }
}

std::map<Partition, std::string> find_out_of_service(World& world) {
  std::map<Partition, std::string> found;
  for (const auto& [partition, position] : world.store.tables().positions) {
    if (!position.halted_reason.empty()) found[partition] = position.halted_reason;
  }
  for (int i = 0; i < world.nodes(); ++i) {
    for (Partition p = 0; p < world.plan.partitions; ++p) {
      const replica::PartitionStatus& status = world.node(i).board().partition(p);
      if (status.out_of_service()) found.emplace(p, status.reason());
    }
  }
  return found;
}

void add_counts(World& world) {
  const auto& journal = world.journal.seen();
  const auto& store = world.store.seen();
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
      {"save reply lost, landed late", store.landed_late},
  };
  for (const auto& [name, count] : counts) world.saw(name, count);
  for (const auto& [key, batch] : world.store.tables().batches) {
    for (const std::uint8_t code : batch.codes)
      world.saw("code " + std::string(name_of(static_cast<Code>(code))));
  }
}

bool has_late_winners(const check::Report& report) {
  const auto& notes = report.of(check::Check::C10).notes;
  return std::ranges::any_of(notes, [](const std::string& note) {
    return note.find("after the first copy was refused") != std::string::npos;
  });
}

}  // namespace

Outcome simulate(std::uint64_t seed, bool print_trace, const AdjustPlan& adjust) {
  World world(seed, adjust);
  world.trace.print(print_trace);
  for (int i = 0; i < world.nodes(); ++i) world.node(i).start();
  world.crowd().plan();
  plan_misfortune(world);
  world.run_until(world.timeline.now() + world.plan.length);
  come_to_rest(world);

  constexpr std::size_t kWordsMost = 8;
  Outcome outcome;
  outcome.left = gather(world);
  outcome.complaints = world.complaints();
  outcome.report = judge(outcome.left, kWordsMost);
  for (const bool with_store : {false, true}) {
    // Who has no journal cannot know that a request was appended again, and won after it was refused.
    if (has_late_winners(outcome.report)) break;
    const check::Report report = judge_without_journal(outcome.left, with_store, kWordsMost);
    if (report.clean() || !outcome.report.clean()) continue;
    outcome.complaints.push_back("what is right with the journal is not without it:\n" + as_table(report));
  }
  add_counts(world);
  outcome.saved_before_made_again = world.saved_before_made_again;
  outcome.out_of_service = find_out_of_service(world);
  outcome.trace_hash = world.trace.hash();
  outcome.coverage = world.coverage;
  return outcome;
}

}  // namespace firstcome::simulation
