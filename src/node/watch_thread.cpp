#include "node/watch_thread.h"

#include <fmt/core.h>

#include "domain/check.h"
#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
namespace {

constexpr milliseconds kEvery{250};
constexpr milliseconds kSoonest{20};  ///< between two reads

std::string_view description(replica::Health health) {
  switch (health) {
    case replica::Health::Replaying: return "is replaying the journal";
    case replica::Health::Serving: return "serves";
    case replica::Health::Halted: return "is HALTED";
    case replica::Health::Stopped: return "has STOPPED on this node";
  }
  return {};
}

}  // namespace

WatchThread::WatchThread(journal::Journal& journal)
    : journal_(journal), thread_("watch", [this] { return step(); }) {}

void WatchThread::add(const Watched& watched) {
  CHECK(watched.partition == static_cast<Partition>(seen_.size()));
  seen_.push_back({watched});
}

void WatchThread::read_soon() {
  if (!wanted_.exchange(true)) thread_.nudge();
}

/// After each read it pauses briefly, which no nudge ends. Then it sleeps until the next turn.
Instant WatchThread::step() {
  const Instant began = now().steady;
  if (!wanted_.exchange(false) && began < next_turn_) return next_turn_;
  read_ends();
  for (Seen& seen : seen_) {
    check_health(seen);
    check_clock(seen);
  }
  const Instant ended = now().steady;
  next_turn_ = ended + kEvery;
  return ended + kSoonest;
}

void WatchThread::read_ends() {
  for (const Seen& seen : seen_) {
    const Watched& watched = seen.watched;
    watched.status.set_trouble(replica::Trouble::Appending, journal_.append_trouble(watched.partition));
  }
  const Instant asked_at = now().steady;
  journal_.ends([&](Partition partition, const Result<Offset>& end) {
    report_end(seen_[static_cast<std::size_t>(partition)], asked_at, end);
  });
}

void WatchThread::report_end(Seen& seen, Instant asked_at, const Result<Offset>& end) {
  const Watched& watched = seen.watched;
  if (end.ok()) {
    watched.counters.end.set(*end);
    watched.status.saw_end(asked_at, *end);
    watched.driver.on_end(asked_at, *end);
    if (seen.silent_since) {
      const auto silent = std::chrono::duration_cast<std::chrono::seconds>(now().steady - *seen.silent_since);
      log::info(fmt::format("partition {}: the journal returns its end again, after {} s", watched.partition,
                            silent.count()),
                {{"partition", watched.partition}});
      seen.silent_since.reset();
    }
  } else {
    watched.counters.bounds_errors.add(end.error());
    watched.status.set_trouble(replica::Trouble::ReadingEnd, end.error().message);
    if (!seen.silent_since) {
      seen.silent_since = asked_at;
      log::warn(fmt::format("partition {}: the journal does not return its end: {}", watched.partition,
                            end.error().text()),
                {{"partition", watched.partition}});
    }
  }
}

void WatchThread::check_clock(Seen& seen) {
  const auto ahead = milliseconds{seen.watched.status.clock_ms - to_millis(now().wall)};
  const bool is_ahead = ahead > replica::kClockAheadMost;
  if (is_ahead == seen.clock_is_ahead) return;
  seen.clock_is_ahead = is_ahead;
  const Partition partition = seen.watched.partition;
  if (!is_ahead) {
    return log::info(
        fmt::format("partition {}: the journal's clock is no longer ahead of this machine's", partition),
        {{"partition", partition}});
  }
  log::warn(
      fmt::format(
          "partition {}: the journal's clock is {} s ahead of this machine's: it does not move until this "
          "machine's has passed it, and policies open and end by it. One of the two clocks was set "
          "wrong; see docs/operations/failures.md, \"A wrong clock\"",
          partition, ahead.count() / 1000),
      {{"partition", partition}, {"clockAheadMs", ahead.count()}});
}

void WatchThread::check_health(Seen& seen) {
  const replica::Health health = seen.watched.status.health;
  if (health == seen.health) return;
  seen.health = health;
  const Partition partition = seen.watched.partition;
  const std::string line = fmt::format("partition {} {}", partition, description(health));
  if (health == replica::Health::Halted || health == replica::Health::Stopped) {
    log::error(line + ": " + seen.watched.status.reason(), {{"partition", partition}});
  } else {
    log::debug(line, {{"partition", partition}});
  }
}

}  // namespace firstcome::node
