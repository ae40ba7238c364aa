#include "node/event_thread.h"

#include <fmt/core.h>

#include <algorithm>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
namespace {

/// After this time without an acknowledgement the producer is replaced.
constexpr milliseconds kSendMost{10'000};
/// Publishing, with the threads of its producer, yields the processor to answering and saving.
constexpr int kEventNiceness = 10;

}  // namespace

EventThread::EventThread(EventsOut events, IdForm ids, const store::Settings& data,
                         std::function<bool(Partition)> is_mine, std::function<std::uint64_t()> coupons_saved,
                         EventCounters& counters)
    : topic_(std::move(events.topic)),
      homes_(data.partitions),
      coupons_saved_(std::move(coupons_saved)),
      counters_(counters),
      outbox_(std::move(events.outbox)),
      writer_(data.key, data.incarnations, std::move(events.source), ids),
      publisher_(homes_, std::move(is_mine), {}),
      thread_(
          "events", [this] { return step(); }, kEventNiceness),
      sender_(
          std::move(events.make_appender), [this] { thread_.wake(); }, kSendMost) {}

void EventThread::start() {
  started_ = true;
  thread_.start();
}

/// Ends a long sleep, but not a pause.
void EventThread::nudge() {
  nudged_ = true;
  thread_.nudge();
}

void EventThread::finish(milliseconds most) {
  hurrying_ = true;
  thread_.wake();
  (void)thread_.finished_within(most);
}

void EventThread::end() {
  thread_.stop();
  if (!started_.exchange(false)) return;
  if (const std::int64_t left = publisher_.unpublished(); left > 0) {
    log::warn(fmt::format(
        "{} saved coupons have no event in topic '{}' yet. The next node that saves their policies publishes them.",
        left, topic_));
  }
}

std::optional<Instant> EventThread::step() {
  if (sending_) {
    if (const auto until = sender_.step(now())) return until;
    report_published();
  }
  if (nudged_.exchange(false)) publisher_.nudge();
  if (hurrying_) publisher_.hurry();
  const Instant next = std::visit([this](const auto& action) { return act(action); }, publisher_.next(now()));
  counters_.unpublished.set(publisher_.unpublished());
  if (publisher_.finished()) return std::nullopt;
  return next;
}

Instant EventThread::act(const Publisher::Nothing& action) { return action.until; }

/// Coupons saved meanwhile may be counted twice until the next look, but are never left out.
Instant EventThread::act(const Publisher::Look&) {
  const auto saved_by_then = static_cast<std::int64_t>(coupons_saved_());
  const auto unpublished = outbox_->unpublished();
  note("looking for coupons without an event", unpublished);
  publisher_.on_looked(unpublished, now());
  if (unpublished.ok()) counters_.saved_by_then.set(saved_by_then);
  return {};
}

Instant EventThread::act(const Publisher::Read& action) {
  auto coupons = outbox_->coupons(action.ranges);
  note("reading coupons", coupons);
  publisher_.on_read(std::move(coupons), now());
  return {};
}

Instant EventThread::act(const Publisher::Publish& action) {
  const auto event = [this, coupons = action.coupons](std::size_t i) {
    return writer_.write(coupons[i], homes_);
  };
  const Status started = sender_.start(action.coupons.size(), event, now());
  sending_ = started.ok();
  if (!sending_) {
    note("publishing", started);
    publisher_.on_published(std::vector<bool>(action.coupons.size()), now());
  }
  return {};
}

void EventThread::report_published() {
  sending_ = false;
  const std::vector<bool> durable = sender_.finish();
  const auto acknowledged = static_cast<std::size_t>(std::ranges::count(durable, true));
  counters_.published.add(acknowledged);
  const bool all = acknowledged == durable.size();
  note("publishing",
       all ? Status(Done{}) : Error::unknown("topic '{}' did not acknowledge all events", topic_));
  publisher_.on_published(durable, now());
}

Instant EventThread::act(const Publisher::Move& action) {
  const Status moved = outbox_->published(action.ranges);
  note("saving how far events are published", moved);
  publisher_.on_moved(moved, now());
  return {};
}

void EventThread::note(const char* operation, const auto& result) {
  if (!result.ok()) counters_.errors.add(result.error());
  failures_.ended(operation, result.ok() ? nullptr : &result.error());
}

}  // namespace firstcome::node
