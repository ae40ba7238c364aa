#include "api/readiness.h"

#include <fmt/core.h>

#include <algorithm>

namespace firstcome::api {
namespace {

using replica::Health;
using replica::PartitionStatus;
using replica::Trouble;

/// When the partition's end was last asked for with success; the epoch: never.
Instant end_asked_at(const PartitionStatus& status) {
  const std::int64_t asked_ms = status.end_asked_ms.load(std::memory_order_acquire);
  return asked_ms == INT64_MIN ? Instant{} : Instant{milliseconds{asked_ms}};
}

std::string unhealthy(Health health, const PartitionStatus& status) {
  if (std::string reason = status.reason(); !reason.empty()) return reason;
  return health == Health::Replaying ? "This node is still catching up with the journal." : "";
}

void note(bool holds, std::optional<Instant>& since, Instant now) {
  if (!holds) {
    since.reset();
  } else if (!since) {
    since = now;
  }
}

}  // namespace

Readiness::Readiness(const replica::PolicySnapshots& snapshots, Settings settings)
    : snapshots_(snapshots),
      settings_(settings),
      watched_(static_cast<std::size_t>(snapshots.partitions())) {}

void Readiness::look(Instant now) {
  const std::lock_guard lock(mutex_);
  bool any = false;
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    look(snapshots_.partition(static_cast<firstcome::Partition>(i)), watched_[i], now);
    any = any || watched_[i].shown.answers;
  }
  ready_ = any;
  if (has_been_ready_ || !any) return;
  if (!first_answers_at_) first_answers_at_ = now;
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    const PartitionStatus& status = snapshots_.partition(static_cast<firstcome::Partition>(i));
    if (is_on_its_way(status, watched_[i], now)) ready_ = false;
  }
  has_been_ready_ = ready_;
}

/// A start waits for the partitions that replay, but for none whose journal does not answer.
bool Readiness::is_on_its_way(const PartitionStatus& status, const Watched& watched, Instant now) const {
  if (watched.shown.health != Health::Replaying) return false;
  return now < std::max(end_asked_at(status), *first_answers_at_) + settings_.unready_after;
}

void Readiness::look(const PartitionStatus& status, Watched& watched, Instant now) const {
  const auto found = obstacle(status, watched, now);
  Partition& shown = watched.shown;
  shown.reason = found ? found->reason : "";
  shown.warning = status.trouble(Trouble::Saving);
  if (found) {
    watched.well_since.reset();
    if (now - found->since >= settings_.unready_after) shown.answers = false;
    return;
  }
  if (!watched.well_since) watched.well_since = now;
  // A start has no disturbance behind it that might come back.
  if (!watched.has_answered || now - *watched.well_since >= settings_.ready_after) shown.answers = true;
  watched.has_answered = true;
}

/// The first thing that keeps the partition from being answered, and since when.
std::optional<Readiness::Obstacle> Readiness::obstacle(const PartitionStatus& status, Watched& watched,
                                                       Instant now) const {
  const Health health = status.health.load(std::memory_order_acquire);
  watched.shown.health = health;
  watched.shown.clock = from_millis(status.clock_ms.load(std::memory_order_relaxed));
  note(health == Health::Serving, watched.serving_since, now);
  note(health != Health::Serving, watched.unfit_since, now);
  const std::string appending = status.trouble(Trouble::Appending);
  note(!appending.empty(), watched.append_trouble_since, now);
  note(status.unsaved > settings_.max_unsaved, watched.unsaved_since, now);
  const Offset position = std::max(status.position.load(), status.decided.load());
  if (position != watched.position || position >= status.end) {
    watched.position = position;
    watched.position_at = now;
  }

  if (watched.unfit_since) return Obstacle{*watched.unfit_since, unhealthy(health, status)};
  const Instant heard_at = std::max(end_asked_at(status), *watched.serving_since);
  if (now - heard_at > settings_.patience) {
    const std::string why = status.trouble(Trouble::Ending);
    return Obstacle{heard_at, "The journal does not answer." + (why.empty() ? why : " " + why)};
  }
  if (now - watched.position_at > settings_.patience) {
    return Obstacle{
        watched.position_at,
        fmt::format("The journal ends at offset {} and gives no records from {} on.", status.end, position)};
  }
  if (watched.append_trouble_since) {
    return Obstacle{*watched.append_trouble_since, "The journal takes no records. " + appending};
  }
  if (watched.unsaved_since) {
    return Obstacle{*watched.unsaved_since,
                    fmt::format("{} decisions wait to be saved; at most {} may (--max-unsaved).",
                                status.unsaved, settings_.max_unsaved)};
  }
  return std::nullopt;
}

Readiness::State Readiness::state() const {
  const std::lock_guard lock(mutex_);
  State state{.ready = ready_};
  for (const Watched& watched : watched_) state.partitions.push_back(watched.shown);
  return state;
}

}  // namespace firstcome::api
