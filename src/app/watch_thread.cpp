#include "app/watch_thread.h"

#include <pthread.h>

#include <utility>

#include "app/clock.h"
#include "app/log.h"

namespace firstcome::app {
namespace {

constexpr milliseconds kEvery{250};
constexpr milliseconds kSoonest{20};  ///< between two questions

std::string_view in_words(replica::Health health) {
  switch (health) {
    case replica::Health::Replaying: return "is replaying the journal";
    case replica::Health::Serving: return "serves";
    case replica::Health::Halted: return "is HALTED";
    case replica::Health::Stopped: return "has STOPPED on this node";
  }
  return {};
}

}  // namespace

WatchThread::WatchThread(Partition partition, journal::Journal& journal, replica::PartitionStatus& status,
                         PartitionThread& thread, WatchCounters& counters)
    : partition_(partition),
      journal_(journal),
      status_(status),
      partition_thread_(thread),
      counters_(counters) {}

WatchThread::~WatchThread() { stop(); }

void WatchThread::start() {
  thread_ = std::thread([this] { run(); });
}

void WatchThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WatchThread::ask_soon() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wanted_, true)) return;
  }
  changed_.notify_all();
}

void WatchThread::run() {
  pthread_setname_np(pthread_self(), ("watch-" + std::to_string(partition_)).c_str());
  for (;;) {
    ask_end();
    look_at_health();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kSoonest, [this] { return stopping_; })) return;
    changed_.wait_for(lock, kEvery - kSoonest, [this] { return stopping_ || wanted_; });
    if (stopping_) return;
    wanted_ = false;
  }
}

void WatchThread::ask_end() {
  status_.set_trouble(replica::Trouble::Appending, journal_.append_trouble(partition_));
  const Instant asked_at = now().steady;
  const auto end = journal_.end(partition_);
  if (end.ok()) {
    counters_.end.set(*end);
    status_.saw_end(asked_at, *end);
    partition_thread_.on_end(asked_at, *end);
  } else {
    counters_.bounds_errors.add(end.error());
    status_.set_trouble(replica::Trouble::Ending, end.error().message);
    if (answers_) {
      log::warn("partition " + std::to_string(partition_) +
                    ": the journal does not say where it ends: " + end.error().message,
                {{"partition", partition_}});
    }
  }
  answers_ = end.ok();
}

void WatchThread::look_at_health() {
  const replica::Health health = status_.health;
  if (health == health_) return;
  health_ = health;
  const std::string line = "partition " + std::to_string(partition_) + " " + std::string(in_words(health));
  if (health == replica::Health::Halted || health == replica::Health::Stopped) {
    log::error(line + ": " + status_.reason(), {{"partition", partition_}});
  } else {
    log::debug(line, {{"partition", partition_}});
  }
}

}  // namespace firstcome::app
