#include "node/partition_saver.h"

#include "log/log.h"
#include "node/clock.h"
#include "node/log_check.h"

namespace firstcome::node {
namespace {

constexpr milliseconds kRelayMost{5'000};
/// A partition that nothing was saved of for so long gives its session back.
constexpr milliseconds kRestAfter{60'000};

using issuer::Issuer;

const Error* error_of(const auto& result) { return result.ok() ? nullptr : &result.error(); }

}  // namespace

PartitionSaver::PartitionSaver(Parts parts, journal::Journal& journal, Issuer::Settings settings)
    : parts_(std::move(parts)),
      journal_(journal),
      issuer_(parts_.partition, parts_.log, parts_.status, settings),
      relays_(journal, replica::RelayWriter(parts_.partition, parts_.seal, parts_.source)) {}

Instant PartitionSaver::step(store::Writer& writer) {
  const bool owner = parts_.ownership.owns(parts_.partition);
  issuer_.set_owner(owner);
  parts_.counters.owned.set(owner ? 1 : 0);
  if (owner && issuer_.position()) {
    parts_.ownership.saved(parts_.partition, issuer_.position()->next_offset);
  }
  // What fails there is logged and counted there, and has stopped the partition.
  if (reloading_ && !parts_.replica.reloading()) {
    reloading_ = false;
    issuer_.on_reloaded(now());
  }
  note_takeover();
  saves_ = owner || issuer_.has_taken_over();
  Issuer::Action action = issuer_.next(now());
  if (const auto* nothing = std::get_if<Issuer::Nothing>(&action)) {
    rest_when_idle(writer);
    return nothing->until;
  }
  std::visit(
      [&](const auto& one) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, Issuer::Nothing>) act(one, writer);
      },
      action);
  return Instant{};
}

void PartitionSaver::rest_when_idle(store::Writer& writer) {
  if (!wrote_at_ || now().steady < *wrote_at_ + kRestAfter) return;
  writer.rest();
  wrote_at_.reset();
}

void PartitionSaver::act(const Issuer::ReadPosition&, store::Writer& writer) {
  const auto position =
      parts_.positions ? parts_.positions->read(parts_.partition) : writer.position(parts_.partition);
  note("reading its position", error_of(position), parts_.counters.position_errors);
  issuer_.on_position(position, now());
}

void PartitionSaver::act(const Issuer::Save& action, store::Writer& writer) {
  SaverCounters& counters = parts_.counters;
  const Instant began = now().steady;
  wrote_at_ = began;
  const store::SaveResult result = writer.save(action.batch);
  const Now ended = now();
  counters.save.observe(ended.steady - began);
  counters.saves[static_cast<std::size_t>(result.outcome)].add();
  const bool fine =
      result.outcome == store::SaveOutcome::Saved || result.outcome == store::SaveOutcome::Moved;
  parts_.status.set_trouble(replica::Trouble::Saving, fine ? std::string() : result.error.message);
  if (result.outcome == store::SaveOutcome::Saved) counters.batch_records.observe(action.batch.codes.size());
  note("saving", fine ? nullptr : &result.error, counters.save_errors);
  issuer_.on_saved(result, ended);
  if (result.outcome != store::SaveOutcome::Saved || action.batch.coupons.empty()) return;
  counters.coupons_saved.add(action.batch.coupons.size());
  parts_.coupons_saved();
}

void PartitionSaver::act(const Issuer::RelayRecords& action, store::Writer&) {
  const std::size_t durable = relays_.send(action.relays, kRelayMost);
  for (std::size_t i = 0; i < durable; ++i) {
    (action.relays[i].dead_letter ? parts_.counters.relayed_dead : parts_.counters.relayed_home).add();
  }
  if (durable < action.relays.size()) parts_.counters.relay_failures.add();
  issuer_.on_relayed(durable, now());
}

void PartitionSaver::act(const Issuer::Halt& action, store::Writer& writer) {
  log::error("partition " + std::to_string(parts_.partition) + " HALTS: " + action.reason,
             {{"partition", parts_.partition}});
  const Status halted = writer.halt(parts_.partition, action.reason);
  note("writing the halt", error_of(halted), parts_.counters.halt_errors);
  issuer_.on_halted(halted, now());
}

void PartitionSaver::act(const Issuer::Reload& action, store::Writer&) {
  log::warn("partition " + std::to_string(parts_.partition) + " is loaded again: " + action.why,
            {{"partition", parts_.partition}});
  parts_.counters.reloads.add();
  reloading_ = true;
  parts_.replica.reload(action.promises);
}

void PartitionSaver::act(const Issuer::CheckLog& action, store::Writer& writer) {
  const Status checked = check_log(journal_, action.position);
  note("comparing the journal", error_of(checked), parts_.counters.compare_errors);
  issuer_.on_log_checked(checked, now());
  if (checked.ok() && parts_.prunes) prune(writer);
}

/// What the topic's retention has removed cannot be replayed, so its outcomes are of no use either.
void PartitionSaver::prune(store::Writer& writer) {
  const auto held = journal_.bounds(parts_.partition);
  if (!held.ok()) return;  // the next check asks again
  if (held->start <= pruned_up_to_) return;
  const auto pruned = writer.prune_batches(parts_.partition, held->start);
  note("pruning", error_of(pruned), parts_.counters.save_errors);
  if (pruned.ok() && *pruned < store::kPrunedAtOnce) pruned_up_to_ = held->start;
}

void PartitionSaver::note_takeover() {
  if (issuer_.has_taken_over() == had_taken_over_) return;
  had_taken_over_ = !had_taken_over_;
  const std::string partition = "partition " + std::to_string(parts_.partition);
  if (!had_taken_over_) {
    return log::info(partition + ": is saved by its owner again", {{"partition", parts_.partition}});
  }
  parts_.counters.takeovers.add();
  log::error(
      partition +
          ": nobody has saved it for long, so this node does, though it is not its owner. Is an issuer "
          "hanging, or has the consumer group a member that is no issuer? See FirstcomePartitionTakenOver "
          "in the runbook.",
      {{"partition", parts_.partition}});
}

void PartitionSaver::note(const char* what, const Error* error, metrics::ErrorCounter& errors) {
  const std::string partition = "partition " + std::to_string(parts_.partition) + ": ";
  std::string& known = failures_[what];
  if (error == nullptr) {
    if (!known.empty()) log::info(partition + what + " works again", {{"partition", parts_.partition}});
    known.clear();
    return;
  }
  errors.add(*error);
  if (error->message == known) return;
  known = error->message;
  log::warn(partition + what + ": " + known, {{"partition", parts_.partition}});
}

bool PartitionSaver::finished() const {
  const replica::Health health = parts_.status.health;
  return issuer_.finished() || health == replica::Health::Halted || health == replica::Health::Stopped;
}

}  // namespace firstcome::node
