#include "node/partition_thread.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
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
/// How often a partition that is out of service looks if it is back: a halt is lifted by another thread.
constexpr milliseconds kIdleLook{100};

const Error kStopping{Error::Kind::Permanent, "the node is stopping"};

}  // namespace

PartitionThread::PartitionThread(replica::Replica& replica, std::int32_t partitions,
                                 replica::PartitionStatus& status, journal::Journal& journal,
                                 store::Store& store, PartitionCounters& counters, Callbacks callbacks)
    : replica_(replica),
      partitions_(partitions),
      status_(status),
      journal_(journal),
      store_(store),
      counters_(counters),
      callbacks_(std::move(callbacks)) {}

PartitionThread::~PartitionThread() { stop(); }

void PartitionThread::start() {
  thread_ = std::thread([this] { run(); });
}

void PartitionThread::give_up() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void PartitionThread::stop() {
  give_up();
  if (thread_.joinable()) thread_.join();
}

void PartitionThread::run() {
  pthread_setname_np(pthread_self(), ("partition-" + std::to_string(replica_.partition())).c_str());
  loop();
  follower_.reset();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
}

void PartitionThread::loop() {
  if (const Status started = start_following(); !started.ok()) leave_service(started.error());
  for (;;) {
    std::optional<replica::Promises> reload;
    {
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      if (status_.out_of_service()) {
        changed_.wait_for(lock, kIdleLook, [this] { return stopping_ || reload_wanted_; });
      }
      reload = std::exchange(reload_wanted_, std::nullopt);
    }
    if (reload) {
      const Status status = load_again(*reload);
      if (!status.ok()) leave_service(status.error());
      answer_reload(status);
    } else if (!status_.out_of_service()) {
      if (const Status status = step(); !status.ok()) leave_service(status.error());
    }
  }
}

void PartitionThread::leave_service(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  follower_.reset();
  status_.stop(error.message);
  callbacks_.progress();
}

Status PartitionThread::start_following() {
  const auto bounds =
      retrying("bounds", counters_.bounds_errors, [this] { return journal_.bounds(replica_.partition()); });
  if (!bounds) return kStopping;
  if (!bounds->ok()) return bounds->error();
  const auto from = replica_.start(**bounds);
  if (const std::string warning = replica_.take_warning(); !warning.empty()) log::warn(warning);
  if (!from.ok()) return from.error();
  auto follower = retrying("follow", counters_.follow_errors,
                           [&] { return journal_.follow(replica_.partition(), *from); });
  if (!follower) return kStopping;
  if (!follower->ok()) return follower->error();
  follower_ = std::move(**follower);
  return Done{};
}

Status PartitionThread::step() {
  hand_over_ends();
  if (!replica_.wants_records()) {
    wait_unless_stopping(kFullWait);
    return Done{};
  }
  const auto fetch = retrying("poll", counters_.follow_errors, [this] {
    return follower_->poll(replica_.caught_up() ? kPollMost : kPollBehind);
  });
  if (!fetch) return kStopping;
  if (!fetch->ok()) return fetch->error();
  if ((*fetch)->interrupted || now().steady >= compared_at_ + kCompareEvery) {
    if (const Status same = compare_log(); !same.ok()) return same;
  }
  if (status_.out_of_service()) return Done{};  // by now
  const bool was_caught_up = replica_.caught_up();
  const Now read_at = now();
  const Status applied = replica_.apply(**fetch, read_at);
  if (replica_.caught_up() && !was_caught_up) callbacks_.progress();
  if (const std::string warning = replica_.take_warning(); !warning.empty()) log::warn(warning);
  if (!(*fetch)->records.empty()) {
    // What is replayed was written long ago.
    if (was_caught_up) counters_.clock_behind_ms.set(to_millis(read_at.wall) - status_.clock_ms);
    callbacks_.decided();
  }
  return applied;
}

Status PartitionThread::compare_log() {
  const auto same = retrying("compare the journal", counters_.follow_errors,
                             [this] { return replica_.compare_log(journal_); });
  if (!same) return kStopping;
  if (same->ok()) compared_at_ = now().steady;
  return *same;
}

void PartitionThread::hand_over_ends() {
  std::vector<std::pair<Instant, Offset>> ends;
  {
    const std::lock_guard lock(mutex_);
    ends.swap(ends_);
  }
  for (const auto& [asked_at, end] : ends) replica_.on_end(asked_at, end);
}

Status PartitionThread::load_again(replica::Promises promises) {
  follower_.reset();
  status_.begins_again();
  replica_.before_reload(promises);
  const auto loaded = retrying("load from the store", counters_.load_errors, [this]() -> Status {
    auto reader = store_.make_reader();
    if (!reader.ok()) return reader.error();
    replica_.reset();
    replica::SnapshotLoader loader({&replica_}, partitions_);
    return (*reader)->load_snapshot(loader);
  });
  if (!loaded) return kStopping;
  if (!loaded->ok()) return loaded->error();
  return start_following();
}

template <class Attempt>
auto PartitionThread::retrying(const char* what, metrics::ErrorCounter& errors, Attempt attempt)
    -> std::optional<decltype(attempt())> {
  milliseconds wait = kRetryFirst;
  for (;;) {
    auto result = attempt();
    if (!result.ok()) errors.add(result.error());
    if (result.ok() || result.error().kind == Error::Kind::Permanent) return result;
    log::warn("partition " + std::to_string(replica_.partition()) + ": " + what + ": " +
                  result.error().message + " Trying again.",
              {{"partition", replica_.partition()}});
    if (!wait_unless_stopping(wait)) return std::nullopt;
    wait = std::min(wait * 2, kRetryMost);
  }
}

bool PartitionThread::wait_unless_stopping(milliseconds most) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, most, [this] { return stopping_; });
}

void PartitionThread::on_end(Instant asked_at, Offset end) {
  const std::lock_guard lock(mutex_);
  if (!ended_) ends_.emplace_back(asked_at, end);
}

Status PartitionThread::reload(replica::Promises promises) {
  std::unique_lock lock(mutex_);
  reload_wanted_ = promises;
  reload_result_.reset();
  changed_.notify_all();
  changed_.wait(lock, [this] { return reload_result_.has_value() || ended_ || stopping_; });
  return reload_result_ ? *reload_result_ : Status(kStopping);
}

void PartitionThread::answer_reload(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    reload_result_ = status;
  }
  changed_.notify_all();
}

}  // namespace firstcome::node
