#include "edge/readiness.h"

#include <cerrno>
#include <utility>

#include "domain/check.h"

namespace firstcome::edge {

Readiness::Readiness(asio::io_context& context, std::function<void()> begins)
    : begins_(std::move(begins)), epoll_(::epoll_create1(EPOLL_CLOEXEC)), watched_(context.get_executor()) {
  CHECK(epoll_ >= 0);
  watched_.assign(epoll_);
}

Readiness::~Readiness() { stop(); }

void Readiness::stop() {
  error_code ignored;  // it is gone in any case
  watched_.close(ignored);
}

bool Readiness::add(int native_socket, ReadySocket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, native_socket, &event) == 0;
}

void Readiness::wait() {
  watched_.async_wait(Descriptor::wait_read, [this](const error_code& error) {
    if (error) return;
    deliver();
    wait();
  });
}

/// One batch, then the io_context has its turn: mail and timers must not starve.
void Readiness::deliver() {
  const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
  CHECK(count >= 0 || errno == EINTR);
  begins_();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    static_cast<ReadySocket*>(event.data.ptr)->ready(event.events);
  }
}

}  // namespace firstcome::edge
