#include "net/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "domain/check.h"

namespace firstcome::net {

EventLoop::EventLoop(std::function<void()> begins, std::function<void(Instant)> ends)
    : begins_(std::move(begins)),
      ends_(std::move(ends)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  CHECK(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

EventLoop::~EventLoop() {
  ::close(wake_);
  ::close(epoll_);
}

void EventLoop::post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (!first) return;
  const std::uint64_t one = 1;
  CHECK(::write(wake_, &one, sizeof one) == sizeof one);
}

bool EventLoop::add(int native_socket, ReadySocket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, native_socket, &event) == 0;
}

void EventLoop::after(milliseconds delay, std::function<void()> work) {
  timers_.push_back({std::chrono::steady_clock::now() + delay, std::move(work)});
}

void EventLoop::run() {
  Instant now = std::chrono::steady_clock::now();
  while (!stopped_) {
    const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                                   milliseconds_to_next_timer(now));
    CHECK(count >= 0 || errno == EINTR);
    begins_();
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        woken = true;
      } else {
        static_cast<ReadySocket*>(event.data.ptr)->ready(event.events);
      }
    }
    if (woken) run_posted();
    run_timers();
    now = std::chrono::steady_clock::now();
    ends_(now);
  }
}

int EventLoop::milliseconds_to_next_timer(Instant now) const {
  if (timers_.empty()) return -1;
  const auto next = std::ranges::min_element(timers_, {}, &Timer::at);
  const auto left = std::chrono::ceil<milliseconds>(next->at - now);
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void EventLoop::run_posted() {
  std::uint64_t count = 0;
  CHECK(::read(wake_, &count, sizeof count) == sizeof count);
  {
    const std::lock_guard lock(mutex_);
    std::swap(posted_, running_);
  }
  for (const auto& work : running_) work();
  running_.clear();
}

void EventLoop::run_timers() {
  if (timers_.empty()) return;
  const Instant now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < timers_.size();) {
    if (timers_[i].at > now) {
      ++i;
      continue;
    }
    const auto work = std::move(timers_[i].work);
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(i));
    work();  // may add another timer at the end
  }
}

}  // namespace firstcome::net
