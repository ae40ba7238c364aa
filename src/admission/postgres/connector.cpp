#include "admission/postgres/connector.h"

#include <algorithm>
#include <chrono>

namespace firstcome::admission {
namespace {

/// Between two sessions, so that a database that ends each of them at once is not overloaded.
constexpr milliseconds kPace{20};
constexpr milliseconds kLongestPause{2'000};

}  // namespace

Connector::Connector(postgres::DatabaseConnection connection, std::function<void(const Error&)> report)
    : connection_(std::move(connection)),
      report_(std::move(report)),
      pause_(kPace),
      thread_("validation", [this] { return step(); }) {
  thread_.start();
}

void Connector::want(const void* who, Made made) {
  {
    const std::lock_guard lock(mutex_);
    wishes_.push_back({who, std::move(made)});
  }
  thread_.wake();
}

void Connector::forget(const void* who) {
  const std::lock_guard lock(mutex_);
  std::erase_if(wishes_, [&](const Wish& wish) { return wish.who == who; });
}

Instant Connector::step() {
  const void* who = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (wishes_.empty()) return Instant::max();
    who = wishes_.front().who;
  }
  if (std::chrono::steady_clock::now() < not_before_) return not_before_;
  const Status connected = connection_.ensure();
  if (connected.ok()) {
    pause_ = kPace;
    const std::lock_guard lock(mutex_);
    hand_over(who);
  } else {
    if (pause_ == kPace) report_(connected.error());
    pause_ = std::min(pause_ * 2, kLongestPause);
  }
  return not_before_ = std::chrono::steady_clock::now() + pause_;
}

/// With the lock held. If forget() has removed the request, the session stays for the next one.
void Connector::hand_over(const void* who) {
  const auto wish = std::ranges::find(wishes_, who, &Wish::who);
  if (wish == wishes_.end()) return;
  const Made made = std::move(wish->made);
  wishes_.erase(wish);
  made(connection_.release());
}

}  // namespace firstcome::admission
