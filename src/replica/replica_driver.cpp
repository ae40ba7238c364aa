#include "replica/replica_driver.h"

#include <algorithm>
#include <array>

#include "replica/snapshot_loader.h"

namespace firstcome::replica {
namespace {

constexpr milliseconds kPollMost{100};
/// While catching up. Short, because the first empty poll at the end makes the partition ready.
constexpr milliseconds kPollBehind{2};
constexpr milliseconds kRetryFirst{50};
constexpr milliseconds kRetryMost{2'000};
/// Between two checks whether the issuer has saved enough to continue reading.
constexpr milliseconds kFullWait{5};
/// Between two comparisons of the journal without an interruption.
constexpr milliseconds kCompareEvery{60'000};
/// Between two checks for a reload request while the partition is out of service.
constexpr milliseconds kIdleWait{100};

constexpr Instant kAtOnce{};

}  // namespace

ReplicaDriver::ReplicaDriver(Replica& replica, PartitionStatus& status, journal::Journal& journal,
                             store::Store& store, ReplicaCounters& counters, Observer& observer)
    : replica_(replica),
      status_(status),
      journal_(journal),
      store_(store),
      counters_(counters),
      observer_(observer) {}

Instant ReplicaDriver::step(Now now) {
  take_requests();
  if (now.steady < not_before_) return not_before_;
  switch (stage_) {
    case Stage::Load: return load(now);
    case Stage::Bounds: return read_bounds(now);
    case Stage::Follow: return follow(now);
    case Stage::Poll:
      if (status_.out_of_service()) break;
      return fetch_ ? apply(now) : poll(now);
    case Stage::Idle: break;
  }
  return now.steady + kIdleWait;
}

void ReplicaDriver::take_requests() {
  std::optional<PriorAnswers> reload;
  std::vector<std::pair<Instant, Offset>> ends;
  {
    const std::lock_guard lock(mutex_);
    reload = std::exchange(reload_requested_, std::nullopt);
    ends.swap(ends_);
  }
  if (reload) {
    follower_.reset();
    fetch_.reset();
    status_.reload_started();
    replica_.before_reload(*reload);
    enter(Stage::Load);
  }
  if (stage_ != Stage::Poll) return;  // an end from before the load does not apply to the loaded state
  for (const auto& [asked_at, end] : ends) replica_.on_end(asked_at, end);
}

Instant ReplicaDriver::load(Now now) {
  const std::array<Replica*, 1> self{&replica_};
  if (const Status loaded = load_snapshot(store_, self); !loaded.ok()) {
    return fail("load from the store", loaded.error(), counters_.load_errors, now);
  }
  return enter(Stage::Bounds);
}

Instant ReplicaDriver::read_bounds(Now now) {
  const auto bounds = journal_.bounds(replica_.partition());
  if (!bounds.ok()) return fail("bounds", bounds.error(), counters_.bounds_errors, now);
  const auto from = replica_.start(*bounds);
  report_warning();
  if (!from.ok()) return leave_service(from.error(), now);
  from_ = *from;
  return enter(Stage::Follow);
}

Instant ReplicaDriver::follow(Now now) {
  auto follower = journal_.follow(replica_.partition(), from_);
  if (!follower.ok()) return fail("follow", follower.error(), counters_.follow_errors, now);
  follower_ = std::move(*follower);
  reloading_ = false;
  observer_.following();
  return enter(Stage::Poll);
}

Instant ReplicaDriver::poll(Now now) {
  if (!replica_.wants_records()) return now.steady + kFullWait;
  auto fetch = follower_->poll(replica_.caught_up() ? kPollMost : kPollBehind);
  if (!fetch.ok()) return fail("poll", fetch.error(), counters_.follow_errors, now);
  fetch_ = std::move(*fetch);
  return enter(Stage::Poll);
}

Instant ReplicaDriver::compare_log(Now now) {
  const Status same = replica_.compare_log(journal_);
  if (!same.ok()) return fail("compare the journal", same.error(), counters_.follow_errors, now);
  compared_at_ = now.steady;
  fetch_->interrupted = false;
  return enter(Stage::Poll);
}

/// A separate step: the step that polled or compared may have waited, and the decisions need the current
/// time.
Instant ReplicaDriver::apply(Now now) {
  if (fetch_->interrupted || now.steady >= compared_at_ + kCompareEvery) return compare_log(now);
  const journal::Fetch fetch = *std::exchange(fetch_, std::nullopt);
  const bool was_caught_up = replica_.caught_up();
  const Status applied = replica_.apply(fetch, now);
  if (replica_.caught_up() && !was_caught_up) observer_.progress();
  report_warning();
  if (!fetch.records.empty()) {
    // A replayed record is too old to show the difference of the clocks.
    if (was_caught_up) counters_.clock_behind_ms.set(to_millis(now.wall) - status_.clock_ms);
    observer_.decided();
  }
  return applied.ok() ? kAtOnce : leave_service(applied.error(), now);
}

Instant ReplicaDriver::fail(const char* operation, const Error& error, metrics::ErrorCounter& errors,
                            Now now) {
  errors.add(error);
  if (error.kind == Error::Kind::Permanent) return leave_service(error, now);
  observer_.failed(operation, error);
  backoff_ = std::clamp(backoff_ * 2, kRetryFirst, kRetryMost);
  return not_before_ = now.steady + backoff_;
}

Instant ReplicaDriver::leave_service(const Error& error, Now now) {
  if (!giving_up_) {
    follower_.reset();
    fetch_.reset();
    status_.stop(error.message);
    reloading_ = false;
    enter(Stage::Idle);
    observer_.progress();
  }
  return now.steady + kIdleWait;
}

Instant ReplicaDriver::enter(Stage stage) {
  stage_ = stage;
  not_before_ = {};
  backoff_ = milliseconds{0};
  return kAtOnce;
}

void ReplicaDriver::report_warning() {
  if (const std::string warning = replica_.take_warning(); !warning.empty()) observer_.warned(warning);
}

void ReplicaDriver::on_end(Instant asked_at, Offset end) {
  const std::lock_guard lock(mutex_);
  ends_.emplace_back(asked_at, end);
}

void ReplicaDriver::reload(PriorAnswers prior) {
  const std::lock_guard lock(mutex_);
  reloading_ = true;
  reload_requested_ = prior;
}

}  // namespace firstcome::replica
