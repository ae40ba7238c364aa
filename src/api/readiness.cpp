#include "api/readiness.h"

#include <fmt/core.h>

#include <algorithm>

namespace firstcome::api {
namespace {

using replica::Health;
using replica::PartitionStatus;
using replica::Trouble;

/// When the journal last returned the end of the partition; the epoch: never.
Instant end_asked_at(const PartitionStatus& status) {
  const std::int64_t asked_ms = status.end_asked_ms.load(std::memory_order_acquire);
  return asked_ms == INT64_MIN ? Instant{} : Instant{milliseconds{asked_ms}};
}

std::string unhealthy_reason(Health health, const PartitionStatus& status) {
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
    if (is_starting(status, watched_[i], now)) ready_ = false;
  }
  has_been_ready_ = ready_;
}

/// A starting node is not ready while partitions replay, unless the journal does not answer for them.
bool Readiness::is_starting(const PartitionStatus& status, const Watched& watched, Instant now) const {
  if (watched.shown.health != Health::Replaying) return false;
  return now < std::max(end_asked_at(status), *first_answers_at_) + settings_.unready_after;
}

void Readiness::look(const PartitionStatus& status, Watched& watched, Instant now) const {
  const auto found = obstacle(status, watched, now);
  Partition& shown = watched.shown;
  shown.reason = found ? found->reason : "";
  shown.warning = status.trouble(Trouble::Saving);
  if (found) {
    watched.no_obstacle_since.reset();
    if (now - found->since >= settings_.unready_after) shown.answers = false;
    return;
  }
  if (!watched.no_obstacle_since) watched.no_obstacle_since = now;
  // Without waiting after a start, because there was no disturbance that could return.
  if (!watched.has_answered || now - *watched.no_obstacle_since >= settings_.ready_after)
    shown.answers = true;
  watched.has_answered = true;
}

/// The first reason why requests of the partition cannot be answered, and since when.
std::optional<Readiness::Obstacle> Readiness::obstacle(const PartitionStatus& status, Watched& watched,
                                                       Instant now) const {
  const Health health = status.health.load(std::memory_order_acquire);
  watched.shown.health = health;
  watched.shown.clock = from_millis(status.clock_ms.load(std::memory_order_relaxed));
  note(health == Health::Serving, watched.serving_since, now);
  note(health != Health::Serving, watched.not_serving_since, now);
  const std::string appending = status.trouble(Trouble::Appending);
  note(!appending.empty(), watched.append_trouble_since, now);
  note(status.unsaved > settings_.max_unsaved, watched.unsaved_since, now);
  const Offset position = std::max(status.position.load(), status.decided.load());
  if (position != watched.position || position >= status.end) {
    watched.position = position;
    watched.position_at = now;
  }

  if (watched.not_serving_since)
    return Obstacle{*watched.not_serving_since, unhealthy_reason(health, status)};
  const Instant answered_at = std::max(end_asked_at(status), *watched.serving_since);
  if (now - answered_at > settings_.patience) {
    const std::string why = status.trouble(Trouble::ReadingEnd);
    return Obstacle{answered_at, "The journal does not answer." + (why.empty() ? why : " " + why)};
  }
  if (now - watched.position_at > settings_.patience) {
    return Obstacle{watched.position_at,
                    fmt::format("The journal ends at offset {}, but returns no records from offset {} on.",
                                status.end.load(), position)};
  }
  if (watched.append_trouble_since) {
    return Obstacle{*watched.append_trouble_since, "The journal accepts no records. " + appending};
  }
  if (watched.unsaved_since) {
    return Obstacle{*watched.unsaved_since,
                    fmt::format("{} decisions are not saved yet; the limit is {} (--max-unsaved).",
                                status.unsaved.load(), settings_.max_unsaved)};
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
