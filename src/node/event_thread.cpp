#include "node/event_thread.h"

#include <algorithm>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
namespace {

/// An acknowledgement that takes longer will hardly come; then the producer is replaced.
constexpr milliseconds kSendMost{10'000};
/// Publishing, its producer's threads too, gives way to answering and to saving.
constexpr int kEventNiceness = 10;

const Error* why(const auto& result) { return result.ok() ? nullptr : &result.error(); }

}  // namespace

EventThread::EventThread(EventsOut events, const store::Settings& data,
                         std::function<bool(Partition)> is_mine, std::function<std::uint64_t()> coupons_saved,
                         EventCounters& counters)
    : topic_(std::move(events.topic)),
      homes_(data.partitions),
      coupons_saved_(std::move(coupons_saved)),
      counters_(counters),
      outbox_(std::move(events.outbox)),
      writer_(data.key, data.incarnations, std::move(events.source)),
      publisher_(homes_, std::move(is_mine), {}),
      thread_(
          "events", [this] { return step(); }, kEventNiceness),
      sender_(
          std::move(events.make_appender), [this] { thread_.wake(); }, kSendMost) {}

void EventThread::start() {
  started_ = true;
  thread_.start();
}

/// A nudge ends a long sleep; a short one is a pause it must not cut short.
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
    log::warn(std::to_string(left) + " coupons have no event in '" + topic_ +
              "' yet; whoever saves their policies next publishes them");
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

/// What is saved meanwhile may be counted twice until the next look, but is never left out.
Instant EventThread::act(const Publisher::Look&) {
  const auto saved_by_then = static_cast<std::int64_t>(coupons_saved_());
  const auto unpublished = outbox_->unpublished();
  note("looking for coupons without an event", why(unpublished));
  publisher_.on_looked(unpublished, now());
  if (unpublished.ok()) counters_.saved_by_then.set(saved_by_then);
  return {};
}

Instant EventThread::act(const Publisher::Read& action) {
  auto coupons = outbox_->coupons(action.ranges);
  note("reading coupons", why(coupons));
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
    note("publishing", &started.error());
    publisher_.on_published(std::vector<bool>(action.coupons.size()), now());
  }
  return {};
}

void EventThread::report_published() {
  sending_ = false;
  const std::vector<bool> durable = sender_.finish();
  const auto acknowledged = static_cast<std::size_t>(std::ranges::count(durable, true));
  counters_.published.add(acknowledged);
  const Error unacknowledged{Error::Kind::Unknown, "topic '" + topic_ + "' did not acknowledge all events"};
  note("publishing", acknowledged < durable.size() ? &unacknowledged : nullptr);
  publisher_.on_published(durable, now());
}

Instant EventThread::act(const Publisher::Move& action) {
  const Status moved = outbox_->published(action.ranges);
  note("writing down how far events are published", why(moved));
  publisher_.on_moved(moved, now());
  return {};
}

void EventThread::note(const std::string& what, const Error* error) {
  if (error == nullptr) {
    if (failure_.starts_with(what)) {
      log::info("events: " + what + " works again", {{"operation", what}});
      failure_.clear();
    }
    return;
  }
  counters_.errors.add(*error);
  const std::string failure = what + ": " + error->message;
  if (failure == failure_) return;
  failure_ = failure;
  log::warn("events: " + failure, {{"operation", what}});
}

}  // namespace firstcome::node
