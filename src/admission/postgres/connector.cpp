#include "admission/postgres/connector.h"

#include <pthread.h>

#include <algorithm>

namespace firstcome::admission {
namespace {

/// Between two sessions, so that a database that ends each of them at once is not worn out.
constexpr milliseconds kPace{20};
constexpr milliseconds kLongestPause{2'000};

}  // namespace

Connector::Connector(postgres::Connection connection, std::function<void(const Error&)> report)
    : connection_(std::move(connection)), report_(std::move(report)), thread_([this] { run(); }) {}

Connector::~Connector() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wished_.notify_all();
  thread_.join();
}

void Connector::want(const void* who, Made made) {
  const std::lock_guard lock(mutex_);
  wishes_.push_back({who, std::move(made)});
  wished_.notify_all();
}

void Connector::forget(const void* who) {
  const std::lock_guard lock(mutex_);
  std::erase_if(wishes_, [&](const Wish& wish) { return wish.who == who; });
}

void Connector::run() {
  pthread_setname_np(pthread_self(), "validation");
  milliseconds pause = kPace;
  std::unique_lock lock(mutex_);
  for (;;) {
    wished_.wait(lock, [&] { return ending_ || !wishes_.empty(); });
    if (ending_) return;
    const void* who = wishes_.front().who;
    lock.unlock();
    const Status connected = connection_.ensure();
    if (!connected.ok() && pause == kPace) report_(connected.error());
    lock.lock();
    if (connected.ok()) hand_over(who);
    pause = connected.ok() ? kPace : std::min(pause * 2, kLongestPause);
    wished_.wait_for(lock, pause, [&] { return ending_; });
  }
}

/// With the lock held. A wish that was forgotten meanwhile leaves the session to the next one.
void Connector::hand_over(const void* who) {
  const auto wish = std::ranges::find(wishes_, who, &Wish::who);
  if (wish == wishes_.end()) return;
  const Made made = std::move(wish->made);
  wishes_.erase(wish);
  made(connection_.release());
}

}  // namespace firstcome::admission
