#include "issuer/issuer_driver.h"

#include <algorithm>
#include <utility>

#include "journal/same_log.h"

namespace firstcome::issuer {
namespace {

/// After this time without a save, a partition gives its database session back.
constexpr milliseconds kRestAfter{60'000};
/// Between two checks whether a reload has ended, if nothing wakes the driver earlier.
constexpr milliseconds kReloadWait{1'000};

constexpr Instant kAtOnce{};

const Error* error_of(const auto& result) { return result.ok() ? nullptr : &result.error(); }

}  // namespace

IssuerDriver::IssuerDriver(const Parts& parts, Issuer::Settings settings, Observer& observer,
                           std::function<void()> settled)
    : parts_(parts),
      observer_(observer),
      issuer_(parts.partition, parts.log, parts.status, settings),
      relay_writer_(parts.partition, parts.record_mac, parts.source),
      relays_(
          [&journal = parts.journal](journal::AcknowledgementSink& sink) {
            return Result<std::unique_ptr<journal::GaplessAppender>>(journal.make_gapless_appender(sink));
          },
          std::move(settled), parts.relay_patience) {}

Instant IssuerDriver::next(Now now) {
  follow_ownership();
  if (waits_for_reload()) return now.steady + kReloadWait;
  if (const auto until = wait_for_relays(now)) return *until;
  action_ = issuer_.next(now);
  if (const auto* nothing = std::get_if<Issuer::Nothing>(&action_))
    return rest_when_idle(nothing->until, now);
  begin(now);
  return kAtOnce;
}

void IssuerDriver::follow_ownership() {
  const bool owner = parts_.ownership.owns(parts_.partition);
  issuer_.set_owner(owner);
  parts_.counters.owned.set(owner ? 1 : 0);
  if (owner && issuer_.position()) {
    parts_.ownership.saved(parts_.partition, issuer_.position()->next_offset);
  }
  saves_ = owner || issuer_.has_taken_over();
  if (issuer_.has_taken_over() == had_taken_over_) return;
  had_taken_over_ = !had_taken_over_;
  if (had_taken_over_) parts_.counters.takeovers.add();
  observer_.taken_over(had_taken_over_);
}

/// A failed reload has stopped the partition; the replica's driver counts it.
bool IssuerDriver::waits_for_reload() {
  if (!reloading_) return false;
  reloading_ = parts_.replica.reloading();
  if (!reloading_) issuer_.on_reloaded();
  return reloading_;
}

/// Returns nothing once all relays have ended.
std::optional<Instant> IssuerDriver::wait_for_relays(Now now) {
  if (!relaying_) return std::nullopt;
  if (const auto until = relays_.step(now)) return until;
  relaying_ = false;
  const auto& relays = std::get<Issuer::RelayRecords>(action_).relays;
  const std::vector<bool> settled = relays_.finish();
  const auto durable = static_cast<std::size_t>(std::ranges::find(settled, false) - settled.begin());
  for (std::size_t i = 0; i < durable; ++i) {
    (relays[i].dead_letter ? parts_.counters.relayed_dead : parts_.counters.relayed_home).add();
  }
  if (durable < relays.size()) parts_.counters.relay_failures.add();
  issuer_.on_relayed(durable, now);
  return std::nullopt;
}

Instant IssuerDriver::rest_when_idle(Instant until, Now now) {
  if (!wrote_at_ || now.steady < *wrote_at_ + kRestAfter) return until;
  wrote_at_.reset();
  has_call_ = true;
  return kAtOnce;
}

/// Performs or starts the actions that do not block, and leaves the others to carry_out().
void IssuerDriver::begin(Now now) {
  called_at_ = now.steady;
  if (const auto* relay = std::get_if<Issuer::RelayRecords>(&action_)) {
    const auto write = [this, relay](std::size_t i) { return relay_writer_.write(relay->relays[i]); };
    // The journal always has an appender.
    relaying_ = relays_.start(relay->relays.size(), write, now).ok();
  } else if (const auto* reload = std::get_if<Issuer::Reload>(&action_)) {
    parts_.counters.reloads.add();
    observer_.reloading(reload->why);
    reloading_ = true;
    parts_.replica.reload(reload->prior);
  } else {
    if (std::holds_alternative<Issuer::Save>(action_)) wrote_at_ = now.steady;
    if (const auto* halt = std::get_if<Issuer::Halt>(&action_)) observer_.halting(halt->reason);
    has_call_ = true;
  }
}

void IssuerDriver::carry_out(store::Writer& writer) {
  const Partition partition = parts_.partition;
  if (std::holds_alternative<Issuer::ReadPosition>(action_)) {
    result_ = parts_.read_position ? parts_.read_position(partition) : writer.position(partition);
  } else if (const auto* save = std::get_if<Issuer::Save>(&action_)) {
    result_ = writer.save(save->batch);
  } else if (const auto* halt = std::get_if<Issuer::Halt>(&action_)) {
    result_ = writer.halt(partition, halt->reason);
  } else if (const auto* check = std::get_if<Issuer::CheckLog>(&action_)) {
    const Status same = check_log(check->position);
    if (same.ok() && parts_.prunes) prune(writer);
    result_ = same;
  } else {
    writer.rest();
  }
}

/// A record that retention has removed cannot be compared. That is no contradiction, also if later records
/// are removed: this node may have decided them, and then it saves them from memory.
Status IssuerDriver::check_log(const store::Position& position) {
  const auto record = replica::last_record(position);
  if (!record) return Done{};
  RETURN_IF_ERROR(journal::compare_log(parts_.journal, *record, position.next_offset));
  return Done{};
}

/// Records that the topic's retention has removed cannot be replayed, so their codes are of no use either.
void IssuerDriver::prune(store::Writer& writer) {
  const auto bounds = parts_.journal.bounds(parts_.partition);
  if (!bounds.ok()) return;  // the next check tries again
  if (bounds->start <= pruned_up_to_) return;
  const auto pruned = writer.prune_batches(parts_.partition, bounds->start);
  note("pruning", error_of(pruned), parts_.counters.save_errors);
  if (pruned.ok() && *pruned < store::kPrunedAtOnce) pruned_up_to_ = bounds->start;
}

void IssuerDriver::report(Now now) {
  has_call_ = false;
  if (std::holds_alternative<Issuer::ReadPosition>(action_)) {
    const auto& position = std::get<Result<store::Position>>(result_);
    note("reading its position", error_of(position), parts_.counters.position_errors);
    issuer_.on_position(position, now);
  } else if (std::holds_alternative<Issuer::Save>(action_)) {
    report_saved(std::get<store::SaveResult>(result_), now);
  } else if (std::holds_alternative<Issuer::Halt>(action_)) {
    const auto& halted = std::get<Status>(result_);
    note("writing the halt", error_of(halted), parts_.counters.halt_errors);
    issuer_.on_halted(halted, now);
  } else if (std::holds_alternative<Issuer::CheckLog>(action_)) {
    const auto& checked = std::get<Status>(result_);
    note("comparing the journal", error_of(checked), parts_.counters.compare_errors);
    issuer_.on_log_checked(checked, now);
  }
  result_ = std::monostate{};
}

void IssuerDriver::report_saved(const store::SaveResult& result, Now now) {
  IssuerCounters& counters = parts_.counters;
  const store::Batch& batch = std::get<Issuer::Save>(action_).batch;
  const bool saved = result.outcome == store::SaveOutcome::Saved;
  const bool succeeded = saved || result.outcome == store::SaveOutcome::Moved;
  counters.save.observe(now.steady - called_at_);
  counters.saves[static_cast<std::size_t>(result.outcome)].add();
  parts_.status.set_trouble(replica::Trouble::Saving, succeeded ? std::string() : result.error.message);
  if (saved) counters.batch_records.observe(batch.codes.size());
  note("saving", succeeded ? nullptr : &result.error, counters.save_errors);
  issuer_.on_saved(result, now);
  if (saved && !batch.traces.empty()) observer_.traces_saved(batch, called_at_, now.steady);
  if (!saved || batch.coupons.empty()) return;
  counters.coupons_saved.add(batch.coupons.size());
  observer_.coupons_saved();
}

void IssuerDriver::note(const char* operation, const Error* error, metrics::ErrorCounter& errors) {
  if (error != nullptr) errors.add(*error);
  observer_.ended(operation, error);
}

bool IssuerDriver::finished() const {
  const replica::Health health = parts_.status.health;
  return issuer_.finished() || health == replica::Health::Halted || health == replica::Health::Stopped;
}

}  // namespace firstcome::issuer
