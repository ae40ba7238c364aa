#include "net/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "domain/check.h"

namespace firstcome::net {
namespace {

/// Clients accepted before the open connections get a turn, so that a flood of clients does not starve them.
constexpr int kAcceptedInTurn = 64;
constexpr milliseconds kPause{50};

}  // namespace

Listener::Listener(EventLoop& loop, int native_socket, Accepted accepted)
    : loop_(loop), native_(native_socket), accepted_(std::move(accepted)) {}

Listener::~Listener() { close(); }

void Listener::start() { CHECK(loop_.add(native_, *this)); }

void Listener::close() {
  if (native_ >= 0) ::close(native_);
  native_ = -1;
}

/// Edge-triggered: there is one event for all clients in the backlog, so ready() posts itself if some are left.
void Listener::ready(std::uint32_t) {
  for (int i = 0; i < kAcceptedInTurn; ++i) {
    if (native_ < 0) return;
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int client =
        ::accept4(native_, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client >= 0) {
      accepted_(client, PeerAddress::of(peer));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return loop_.after(kPause, [this] { ready(0); });  // out of descriptors
    }
    // Any other error concerns one client only: it closed its connection before accept4().
  }
  loop_.post([this] { ready(0); });
}

}  // namespace firstcome::net
