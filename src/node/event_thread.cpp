#include "node/event_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
namespace {

/// An acknowledgement that takes longer will hardly come; then the producer is made anew.
constexpr milliseconds kSendMost{10'000};
/// Sleeps no longer than this are pauses.
constexpr milliseconds kPause{100};
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
      sender_(std::move(events.make_appender)) {}

EventThread::~EventThread() { end(); }

void EventThread::start() {
  thread_ = std::thread([this] { run(); });
}

void EventThread::nudge() {
  const std::lock_guard lock(mutex_);
  nudged_ = true;
  woken_.notify_all();
}

void EventThread::finish(milliseconds most) {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  hurrying_ = true;
  woken_.notify_all();
  woken_.wait_for(lock, most, [this] { return finished_; });
}

void EventThread::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_all();
  }
  sender_.give_up();
  thread_.join();
  if (const std::int64_t left = publisher_.unpublished(); left > 0) {
    log::warn(std::to_string(left) + " coupons have no event in '" + topic_ +
              "' yet; whoever saves their policies next publishes them");
  }
}

void EventThread::run() {
  pthread_setname_np(pthread_self(), "events");
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kEventNiceness);  // only a wish
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (std::exchange(nudged_, false)) publisher_.nudge();
      if (hurrying_) publisher_.hurry();
    }
    std::visit([this](const auto& action) { act(action); }, publisher_.next(now()));
    counters_.unpublished.set(publisher_.unpublished());
    if (!publisher_.finished()) continue;
    const std::lock_guard lock(mutex_);
    finished_ = true;
    woken_.notify_all();
    return;
  }
}

/// A nudge ends a long sleep; a short one is a pause it must not cut short.
void EventThread::act(const Publisher::Nothing& action) {
  const bool pause = action.until - now().steady <= kPause;
  std::unique_lock lock(mutex_);
  const bool already_hurrying = hurrying_;
  woken_.wait_until(lock, action.until,
                    [&] { return stopping_ || (nudged_ && !pause) || (hurrying_ && !already_hurrying); });
}

/// What is saved meanwhile may be counted twice until the next look, but is never left out.
void EventThread::act(const Publisher::Look&) {
  const auto saved_by_then = static_cast<std::int64_t>(coupons_saved_());
  const auto unpublished = outbox_->unpublished();
  note("looking for coupons without an event", why(unpublished));
  publisher_.on_looked(unpublished, now());
  if (unpublished.ok()) counters_.saved_by_then.set(saved_by_then);
}

void EventThread::act(const Publisher::Read& action) {
  auto coupons = outbox_->coupons(action.ranges);
  note("reading coupons", why(coupons));
  publisher_.on_read(std::move(coupons), now());
}

void EventThread::act(const Publisher::Publish& action) {
  const auto event = [&](std::size_t i) { return writer_.write(action.coupons[i], homes_); };
  const auto sent = sender_.send(action.coupons.size(), event, kSendMost);
  const auto durable = sent.ok() ? *sent : std::vector<bool>(action.coupons.size());
  const auto acknowledged = static_cast<std::size_t>(std::ranges::count(durable, true));
  counters_.published.add(acknowledged);
  if (!sent.ok()) {
    note("publishing", &sent.error());
  } else if (acknowledged < durable.size()) {
    const Error unacknowledged{Error::Kind::Unknown, "topic '" + topic_ + "' did not acknowledge all events"};
    note("publishing", &unacknowledged);
  } else {
    note("publishing", nullptr);
  }
  publisher_.on_published(durable, now());
}

void EventThread::act(const Publisher::Move& action) {
  const Status moved = outbox_->published(action.ranges);
  note("writing down how far events are published", why(moved));
  publisher_.on_moved(moved, now());
}

void EventThread::note(const std::string& what, const Error* error) {
  if (error == nullptr) {
    if (failure_.starts_with(what)) {
      log::info("events: " + what + " works again");
      failure_.clear();
    }
    return;
  }
  counters_.errors.add(*error);
  const std::string failure = what + ": " + error->message;
  if (failure == failure_) return;
  failure_ = failure;
  log::warn("events: " + failure);
}

}  // namespace firstcome::node
