#include "issuer/issuer.h"

#include <fmt/core.h>

#include <algorithm>

#include "domain/check.h"

namespace firstcome::issuer {

Issuer::Issuer(Partition partition, replica::DecidedLog& log, replica::PartitionStatus& status,
               Settings settings)
    : partition_(partition), log_(log), status_(status), settings_(settings) {}

Issuer::Action Issuer::next(Now now) {
  if (reloading_) return Nothing{now.steady + settings_.watch_every};
  if (now.steady < not_before_) return Nothing{not_before_};
  if (ahead_ && log_.end() >= ahead_->next_offset) compare(*std::exchange(ahead_, std::nullopt));
  take_contradiction();
  if (!halt_reason_.empty()) return Halt{halt_reason_};
  if (reload_) {
    reloading_ = true;
    return *std::exchange(reload_, std::nullopt);
  }
  if (!position_) return ReadPosition{};
  const Instant read_again_at = seen_at_ + settings_.watch_every;
  const bool halted = !position_->halted_reason.empty();
  if (halted || !may_save(now) || log_.end() <= position_->next_offset) {
    if (owner_ && !halted && log_check_is_due(now)) return CheckLog{*position_};
    if (now.steady >= read_again_at) return ReadPosition{};
    return Nothing{read_again_at};
  }
  return save_next(now);
}

Issuer::Action Issuer::save_next(Now now) {
  const Offset from = position_->next_offset;
  const auto waiting = static_cast<std::size_t>(log_.end() - from);
  if (!hurry_until_ && waiting < settings_.batch_records) {
    if (!lingering_since_) lingering_since_ = now.steady;
    const Instant until = *lingering_since_ + settings_.linger;
    if (now.steady < until) return Nothing{until};
  }
  if (owner_ && log_check_is_due(now)) return CheckLog{*position_};

  auto batch = log_.batch_from(from, settings_.batch_records);
  if (!batch) {
    reload(
        fmt::format(
            "The store has saved up to offset {}, which is before everything this node has in memory.", from),
        replica::PriorAnswers::Verify);
    return next(now);
  }
  relaying_ = log_.relays_in(std::max(from, relayed_until_), batch->after.next_offset);
  if (!relaying_.empty()) return RelayRecords{relaying_};
  lingering_since_.reset();
  saving_ = batch->after;
  return Save{std::move(*batch)};
}

/// A contradiction found by the partition's thread or by the comparison of the journal. A halt stops it on
/// all nodes.
void Issuer::take_contradiction() {
  if (!settings_.saves || contradiction_taken_ || !status_.out_of_service()) return;
  std::string reason = status_.contradiction();
  if (reason.empty()) return;
  contradiction_taken_ = true;
  halt_reason_ = std::move(reason);
}

/// A stopped node saves nothing, because its decisions may be wrong. The owner saves at once. Any other node
/// takes over after `takeover_after` without progress, until another node moves the position.
bool Issuer::may_save(Now now) {
  if (!settings_.saves || status_.out_of_service()) return false;
  if (log_.end() <= position_->next_offset) {
    stalled_since_.reset();
    return owner_;
  }
  if (!stalled_since_) stalled_since_ = now.steady;
  if (now.steady >= *stalled_since_ + settings_.takeover_after) taken_over_ = true;
  return owner_ || taken_over_;
}

void Issuer::on_position(const Result<store::Position>& position, Now now) {
  if (!position.ok()) {
    stalled_since_.reset();  // another node may make progress that this node cannot see
    return retry_later(now);
  }
  succeeded();
  take_position(*position, now);
}

void Issuer::on_saved(const store::SaveResult& result, Now now) {
  CHECK(saving_);
  const store::Position saved = *std::exchange(saving_, std::nullopt);
  switch (result.outcome) {
    case store::SaveOutcome::Saved:
      succeeded();
      position_ = saved;
      seen_at_ = now.steady;
      stalled_since_.reset();
      note_saved(now);
      return;
    case store::SaveOutcome::Moved: {
      succeeded();
      CHECK(result.position);
      const bool moved = result.position->next_offset != position_->next_offset;
      take_position(*result.position, now);
      // The position changed and changed back. Wait, instead of retrying in a loop.
      if (!moved && !reload_ && status_.contradiction().empty()) retry_later(now);
      return;
    }
    case store::SaveOutcome::Conflict:
      halt_reason_ = fmt::format("Saving from offset {} on was refused: {}", position_->next_offset,
                                 result.error.message);
      status_.set_halted(halt_reason_);
      return;
    case store::SaveOutcome::Failed: return retry_later(now);
    case store::SaveOutcome::Unknown: position_.reset(); return retry_later(now);
  }
}

/// Compares a position that was read from the store with the decisions of this node.
void Issuer::take_position(const store::Position& position, Now now) {
  const bool moved = !position_ || position_->next_offset != position.next_offset;
  if (moved) {
    stalled_since_.reset();
    taken_over_ = false;
  }
  position_ = position;
  seen_at_ = now.steady;
  if (const Era mine = log_.era(); mine != 0 && mine != position.era) return leave_era(position.era);
  follow_halt(position.halted_reason);
  if (position.halted_reason.empty() && !reload_) compare(position);
  note_saved(now);
}

/// An operator has started a new era with another journal. Decisions from the old journal are no longer
/// saved.
void Issuer::leave_era(Era new_era) {
  status_.stop(fmt::format(
      "Partition {}: the store is in era {}, but this node follows the journal of era {}, which an operator "
      "has replaced (firstcome store new-era). Stop this node, and start it with the new journal.",
      partition_, new_era, log_.era()));
}

/// The same records lead every node to the same state. Another hash is therefore damage or a bug, never
/// timing. Neither the answers of this node nor the rows of the store may be overruled automatically: an
/// operator decides.
void Issuer::compare(const store::Position& position) {
  if (position.next_offset > log_.end()) {
    if (!ahead_) ahead_ = position;
    return;
  }
  const auto mine = log_.hash_at(position.next_offset);
  if (!mine || *mine == position.state.state_hash) return;
  status_.contradict(fmt::format(
      "Partition {}, offset {}: the store has state hash {:#018x}, this node has {:#018x}. The same records "
      "were decided differently, because of damage or a bug. {} Run: firstcome audit. It shows which side is "
      "wrong. Then follow the runbook (FirstcomePartitionHalted).",
      partition_, position.next_offset, position.state.state_hash, *mine,
      settings_.saves ? "The partition is halted." : "This node has stopped the partition."));
}

/// An operator lifts a halt after the store has been corrected, so the partition is loaded from it.
void Issuer::follow_halt(const std::string& reason) {
  if (!reason.empty()) {
    halt_seen_ = true;
    ahead_.reset();
    return status_.set_halted(reason);
  }
  if (!halt_seen_) return;
  halt_seen_ = false;
  contradiction_taken_ = false;
  halt_reason_.clear();
  status_.request_reload();
  reload("An operator has lifted its halt.", replica::PriorAnswers::Discard);
}

void Issuer::reload(std::string why, replica::PriorAnswers prior) {
  ahead_.reset();
  reload_ = Reload{std::move(why), prior};
}

void Issuer::on_relayed(std::size_t acknowledged, Now now) {
  CHECK(acknowledged <= relaying_.size());
  if (acknowledged > 0) relayed_until_ = relaying_[acknowledged - 1].offset + 1;
  const bool all = acknowledged == relaying_.size();
  relaying_.clear();
  if (all) {
    succeeded();
  } else {
    retry_later(now);
  }
}

void Issuer::on_halted(const Status& status, Now now) {
  if (!status.ok()) return retry_later(now);
  succeeded();
  halt_reason_.clear();
  position_.reset();
}

void Issuer::on_reloaded() {
  reloading_ = false;
  relayed_until_ = 0;
  lingering_since_.reset();
  ahead_.reset();
  position_.reset();
}

void Issuer::on_log_checked(const Status& status, Now now) {
  if (status.ok()) {
    log_checked_at_ = now.steady;
  } else if (status.error().kind == Error::Kind::Permanent) {
    status_.contradict(status.error().message);
    log_checked_at_ = now.steady;
  } else {
    // The journal cannot be read now. Saving continues.
    log_checked_at_ = now.steady - settings_.check_log_every + settings_.check_log_again;
  }
}

bool Issuer::log_check_is_due(Now now) const {
  return !hurry_until_ && now.steady >= log_checked_at_ + settings_.check_log_every;
}

void Issuer::hurry() {
  if (!hurry_until_) hurry_until_ = log_.end();
}

bool Issuer::finished() const {
  if (!hurry_until_) return false;
  if (saving_) return false;
  if (!owner_ && !taken_over_) return true;
  return position_ && !reloading_ && position_->next_offset >= *hurry_until_;
}

void Issuer::note_saved(Now now) {
  log_.saw_saved(position_->next_offset, now.steady, settings_.keep);
  status_.unsaved = log_.unsaved();
}

void Issuer::retry_later(Now now) {
  backoff_ = std::clamp(backoff_ * 2, settings_.retry_first, settings_.retry_most);
  not_before_ = now.steady + backoff_;
}

void Issuer::succeeded() {
  backoff_ = milliseconds{0};
  not_before_ = {};
}

}  // namespace firstcome::issuer
