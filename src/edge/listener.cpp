#include "edge/listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace firstcome::edge {
namespace {

/// Clients taken in one go, so that a flood of them does not starve those already here.
constexpr int kAtOnce = 64;
constexpr milliseconds kPause{50};

}  // namespace

Listener::Listener(asio::io_context& context, const ListeningSocket& socket, Accepted accepted)
    : acceptor_(context.get_executor()), timer_(context.get_executor()), accepted_(std::move(accepted)) {
  acceptor_.assign(socket.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.native);
}

Listener::~Listener() { close(); }

void Listener::close() {
  error_code ignored;  // it is gone in any case
  acceptor_.close(ignored);
  timer_.cancel();
}

void Listener::wait() {
  acceptor_.async_wait(Acceptor::wait_read, [this](const error_code& error) {
    if (!error) accept_some();
  });
}

void Listener::accept_some() {
  for (int i = 0; i < kAtOnce; ++i) {
    const int native = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (native >= 0) {
      accepted_(native);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Anything else is that one client's: it hung up before it was taken.
  }
  wait();
}

void Listener::pause() {
  timer_.expires_after(kPause);
  timer_.async_wait([this](const error_code& error) {
    if (!error) accept_some();
  });
}

}  // namespace firstcome::edge
