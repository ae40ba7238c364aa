#include "replica/replica_driver.h"

#include <algorithm>
#include <array>

#include "replica/snapshot_loader.h"

namespace firstcome::replica {
namespace {

constexpr milliseconds kPollMost{100};
/// While catching up: the first poll that finds nothing says so, and somebody waits for that.
constexpr milliseconds kPollBehind{2};
constexpr milliseconds kRetryFirst{50};
constexpr milliseconds kRetryMost{2'000};
/// How often a replica that has too much unsaved looks if the issuer has caught up.
constexpr milliseconds kFullWait{5};
/// How often the record before the position is compared when nothing gives a reason to.
constexpr milliseconds kCompareEvery{60'000};
/// How often a partition that is out of service looks if it is to be loaded again.
constexpr milliseconds kIdleLook{100};

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
    case Stage::Bounds: return ask_bounds(now);
    case Stage::Follow: return follow(now);
    case Stage::Poll:
      if (status_.out_of_service()) break;
      return fetch_ ? apply(now) : poll(now);
    case Stage::Idle: break;
  }
  return now.steady + kIdleLook;
}

void ReplicaDriver::take_requests() {
  std::optional<Promises> reload;
  std::vector<std::pair<Instant, Offset>> ends;
  {
    const std::lock_guard lock(mutex_);
    reload = std::exchange(reload_wanted_, std::nullopt);
    ends.swap(ends_);
  }
  if (reload) {
    follower_.reset();
    fetch_.reset();
    status_.begins_again();
    replica_.before_reload(*reload);
    enter(Stage::Load);
  }
  if (stage_ != Stage::Poll) return;  // an end asked for meanwhile says nothing about what is loaded next
  for (const auto& [asked_at, end] : ends) replica_.on_end(asked_at, end);
}

Instant ReplicaDriver::load(Now now) {
  const std::array<Replica*, 1> self{&replica_};
  const Status loaded = load_snapshot(store_, self);
  if (!loaded.ok()) return fail("load from the store", loaded.error(), counters_.load_errors, now);
  return enter(Stage::Bounds);
}

Instant ReplicaDriver::ask_bounds(Now now) {
  const auto bounds = journal_.bounds(replica_.partition());
  if (!bounds.ok()) return fail("bounds", bounds.error(), counters_.bounds_errors, now);
  const auto from = replica_.start(*bounds);
  pass_on_warning();
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

/// Not in the step that polled or compared, which may have waited: what is decided now carries this time.
Instant ReplicaDriver::apply(Now now) {
  if (fetch_->interrupted || now.steady >= compared_at_ + kCompareEvery) return compare_log(now);
  const journal::Fetch fetch = *std::exchange(fetch_, std::nullopt);
  const bool was_caught_up = replica_.caught_up();
  const Status applied = replica_.apply(fetch, now);
  if (replica_.caught_up() && !was_caught_up) observer_.progress();
  pass_on_warning();
  if (!fetch.records.empty()) {
    // What is replayed was written long ago.
    if (was_caught_up) counters_.clock_behind_ms.set(to_millis(now.wall) - status_.clock_ms);
    observer_.decided();
  }
  return applied.ok() ? kAtOnce : leave_service(applied.error(), now);
}

Instant ReplicaDriver::fail(const char* what, const Error& error, metrics::ErrorCounter& errors, Now now) {
  errors.add(error);
  if (error.kind == Error::Kind::Permanent) return leave_service(error, now);
  observer_.failed(what, error);
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
  return now.steady + kIdleLook;
}

Instant ReplicaDriver::enter(Stage stage) {
  stage_ = stage;
  not_before_ = {};
  backoff_ = milliseconds{0};
  return kAtOnce;
}

void ReplicaDriver::pass_on_warning() {
  if (const std::string warning = replica_.take_warning(); !warning.empty()) observer_.warned(warning);
}

void ReplicaDriver::on_end(Instant asked_at, Offset end) {
  const std::lock_guard lock(mutex_);
  ends_.emplace_back(asked_at, end);
}

void ReplicaDriver::reload(Promises promises) {
  const std::lock_guard lock(mutex_);
  reloading_ = true;
  reload_wanted_ = promises;
}

}  // namespace firstcome::replica
