#include "node/growth_watch.h"

#include <pthread.h>

#include "log/log.h"

namespace firstcome::node {

GrowthWatch::GrowthWatch(journal::JournalReader& journal, GrowthCounters& counters, milliseconds every)
    : journal_(journal), counters_(counters), every_(every), told_(journal.partitions()) {}

GrowthWatch::~GrowthWatch() { stop(); }

void GrowthWatch::start() {
  thread_ = std::thread([this] { run(); });
}

void GrowthWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GrowthWatch::run() {
  pthread_setname_np(pthread_self(), "growth");
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, every_, [this] { return stopping_; })) return;
    }
    look();
  }
}

void GrowthWatch::look() {
  const auto now = journal_.partitions_now();
  // Others ask the journal four times a second and say that it does not answer.
  if (!now.ok()) return counters_.errors.add(now.error());
  const std::int32_t followed = journal_.partitions();
  counters_.unfollowed.set(*now - followed);
  if (*now <= told_) return;
  told_ = *now;
  log::error("the journal has " + std::to_string(*now) + " partitions by now, and this node follows the " +
             std::to_string(followed) +
             " there were when it was started: what clients send to the others waits, undecided, until the "
             "nodes are started anew, issuers first. See FirstcomePartitionsAdded in the runbook.");
}

}  // namespace firstcome::node
