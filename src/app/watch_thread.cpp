#include "app/watch_thread.h"

#include <pthread.h>

#include "app/clock.h"
#include "app/log.h"

namespace firstcome::app {
namespace {

constexpr milliseconds kEvery{250};

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

WatchThread::WatchThread(journal::Journal& journal, replica::Board& board,
                         std::vector<PartitionThread*> partitions, WatchCounters& counters)
    : journal_(journal),
      board_(board),
      partitions_(std::move(partitions)),
      counters_(counters),
      health_(partitions_.size(), replica::Health::Replaying),
      answers_(partitions_.size(), true) {}

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

void WatchThread::run() {
  pthread_setname_np(pthread_self(), "watch");
  for (;;) {
    for (Partition partition = 0; partition < static_cast<Partition>(partitions_.size()); ++partition) {
      ask_end(partition);
      look_at_health(partition);
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kEvery, [this] { return stopping_; })) return;
  }
}

void WatchThread::ask_end(Partition partition) {
  const auto index = static_cast<std::size_t>(partition);
  const Instant asked_at = now().steady;
  const auto bounds = journal_.bounds(partition);
  if (bounds.ok()) {
    counters_.ends[index].set(bounds->end);
    partitions_[index]->on_end(asked_at, bounds->end);
  } else {
    counters_.bounds_errors.add(bounds.error());
    if (answers_[index]) {
      log::warn("partition " + std::to_string(partition) +
                ": the journal does not say where it ends: " + bounds.error().message);
    }
  }
  answers_[index] = bounds.ok();
}

void WatchThread::look_at_health(Partition partition) {
  const auto index = static_cast<std::size_t>(partition);
  const replica::PartitionStatus& status = board_.partition(partition);
  const replica::Health health = status.health;
  if (health == health_[index]) return;
  health_[index] = health;
  const std::string line = "partition " + std::to_string(partition) + " " + std::string(in_words(health));
  if (health == replica::Health::Halted || health == replica::Health::Stopped) {
    log::error(line + ": " + status.reason());
  } else {
    log::debug(line);
  }
}

}  // namespace firstcome::app
