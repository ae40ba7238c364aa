#include "thread/periodic_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace firstcome::thread {

PeriodicThread::PeriodicThread(std::string name, Step step, int niceness)
    : name_(std::move(name)), step_(std::move(step)), niceness_(niceness) {}

void PeriodicThread::start() {
  const std::lock_guard starting(mutex_);
  ended_ = false;
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), name_.c_str());
    // Best effort: without it only the priorities differ.
    if (niceness_ != 0) (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness_);
    run();
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  });
}

void PeriodicThread::run() {
  while (!stopping_) {
    nudged_ = woken_ = false;
    const std::optional<Instant> next = step_();
    steps_.fetch_add(1, std::memory_order_relaxed);
    if (!next) {
      const std::lock_guard lock(mutex_);
      finished_ = true;
      return;
    }
    if (*next != Instant{}) sleep_until(*next);
  }
}

void PeriodicThread::sleep_until(Instant until) {
  const Instant began = std::chrono::steady_clock::now();
  if (until <= began) return;
  const bool pause = until - began < kPause;
  std::unique_lock lock(mutex_);
  sleeps_ = !pause;
  changed_.wait_until(lock, until, [&] { return stopping_ || woken_ || (nudged_ && !pause); });
  sleeps_ = false;
}

void PeriodicThread::nudge() {
  nudged_ = true;
  if (!sleeps_) return;
  const std::lock_guard lock(mutex_);  // waits for a thread that is between its check and its sleep
  changed_.notify_all();
}

void PeriodicThread::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void PeriodicThread::give_up() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void PeriodicThread::stop() {
  give_up();
  if (thread_.joinable()) thread_.join();
}

bool PeriodicThread::has_moved() {
  const std::uint64_t steps = steps_.load(std::memory_order_relaxed);
  return std::exchange(steps_seen_, steps) != steps;
}

bool PeriodicThread::finished_within(milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return finished_ || ended_; });
  return finished_;
}

}  // namespace firstcome::thread
