#include "node/issuer_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "node/clock.h"

namespace firstcome::node {
namespace {

/// Shorter sleeps than this are lingers and backoffs, which news must not end.
constexpr milliseconds kLongSleep{100};

/// Saving gives way to answering where both want the processor, yet keeps a quarter of one: callers wait for
/// the threads before it and nobody for this one, until too much is unsaved.
constexpr int kNiceness = 5;

/// Only a wish: refused, everything works as well, a little slower.
void give_way() { (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness); }

}  // namespace

IssuerThread::IssuerThread(std::unique_ptr<store::Writer> writer,
                           std::vector<std::unique_ptr<PartitionSaver>> savers)
    : writer_(std::move(writer)), savers_(std::move(savers)) {}

IssuerThread::~IssuerThread() { end(); }

void IssuerThread::start() {
  thread_ = std::thread([this] { run(); });
}

void IssuerThread::nudge() {
  decided_ = true;
  if (!sleeping_long_) return;
  const std::lock_guard lock(mutex_);  // it is between looking and sleeping, or asleep
  woken_.notify_all();
}

void IssuerThread::hurry() {
  const std::lock_guard lock(mutex_);
  hurrying_ = true;
  woken_.notify_all();
}

bool IssuerThread::finish(milliseconds most) {
  hurry();
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) return finished_;
  return woken_.wait_for(lock, most, [this] { return finished_; });
}

void IssuerThread::end() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void IssuerThread::run() {
  pthread_setname_np(pthread_self(), "issuer");
  give_way();
  for (;;) {
    bool hurrying = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      hurrying = hurrying_;
    }
    if (hurrying) std::for_each(savers_.begin(), savers_.end(), [](auto& saver) { saver->hurry(); });
    decided_ = false;
    const Instant until = step_all();
    if (hurrying &&
        std::all_of(savers_.begin(), savers_.end(), [](auto& saver) { return saver->finished(); })) {
      const std::lock_guard lock(mutex_);
      finished_ = true;
      woken_.notify_all();
      return;
    }
    sleep_until(until);
  }
}

Instant IssuerThread::step_all() {
  Instant earliest = Instant::max();
  for (auto& saver : savers_) earliest = std::min(earliest, saver->step(*writer_));
  return earliest;
}

void IssuerThread::sleep_until(Instant until) {
  const Instant began = now().steady;
  if (until <= began) return;
  const bool long_sleep = until - began >= kLongSleep;
  std::unique_lock lock(mutex_);
  sleeping_long_ = long_sleep;
  const bool already_hurrying = hurrying_;
  woken_.wait_until(
      lock, until, [&] { return stopping_ || (hurrying_ && !already_hurrying) || (long_sleep && decided_); });
  sleeping_long_ = false;
}

}  // namespace firstcome::node
