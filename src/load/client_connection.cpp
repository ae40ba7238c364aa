#include "load/client_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace firstcome::load {

int ClientConnection::open(const ServerAddress& server, net::EventLoop& loop, Tick now) {
  const Connecting connecting = begin_to_connect(server, number_);
  if (connecting.error != 0) return connecting.error;
  native_ = connecting.native;
  state_ = State::Opening;
  since_ = now;
  partial_.clear();
  if (loop.add(native_, *this)) return 0;
  const int why = errno;
  close();
  return why;
}

void ClientConnection::close() {
  if (native_ >= 0) ::close(native_);
  native_ = -1;
  state_ = State::Closed;
}

void ClientConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(native_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void ClientConnection::fail(RequestResult why, std::string_view error) {
  close();
  owner_.on_no_response(*this, why, error);
}

void ClientConnection::time_out() {
  if (state_ == State::Opening) {
    close();
    return owner_.on_connect_failed(*this, ETIMEDOUT);
  }
  reset();
  owner_.on_no_response(*this, RequestResult::TimedOut, {});
}

void ClientConnection::send(const PlannedRequest& request, std::string_view text, Tick now) {
  request_ = request;
  since_ = now;
  state_ = State::Waiting;
  const bool cut = request.cut == PlannedRequest::Cut::WhileSending;
  if (cut) text = text.substr(0, text.size() / 2);
  // A request is shorter than the empty send buffer of a socket, and only one is pending at a time.
  const auto sent = ::send(native_, text.data(), text.size(), MSG_NOSIGNAL);
  if (cut) return fail(RequestResult::CutOff);
  if (sent != static_cast<ssize_t>(text.size())) fail(RequestResult::Broken);
}

void ClientConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // closed by an earlier event of the same batch
  if (state_ == State::Opening) return finish_opening(events);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) == 0) return;
  if (state_ == State::Idle) {
    close();
    return owner_.on_closed(*this);
  }
  if (request_.cut == PlannedRequest::Cut::WhileReceiving) {
    reset();
    return owner_.on_no_response(*this, RequestResult::CutOff, {});
  }
  receive((events & (EPOLLRDHUP | EPOLLHUP)) != 0);
}

void ClientConnection::finish_opening(std::uint32_t events) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(native_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
    return owner_.on_connect_failed(*this, error != 0 ? error : ECONNRESET);
  }
  if ((events & EPOLLOUT) == 0) return;
  state_ = State::Idle;
  owner_.on_connected(*this);
}

/// Edge-triggered: reads until the kernel has no more bytes. A short read means that there are no more. But an end of
/// stream after the last bytes causes no further event, so `end_in_sight` reads on.
void ClientConnection::receive(bool end_in_sight) {
  char* const buffer = owner_.buffer();
  std::size_t size = partial_.copy(buffer, ResponseReader::kMost);
  for (;;) {
    const std::size_t room = ResponseReader::kMost - size;
    const auto count = ::recv(native_, buffer + size, room, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count <= 0) return fail(RequestResult::Broken);
    size += static_cast<std::size_t>(count);
    Response response;
    switch (owner_.reader().read({buffer, size}, response)) {
      case ResponseReader::Read::Whole: return finish_response(response, end_in_sight);
      case ResponseReader::Read::Wrong: return fail(RequestResult::Unreadable, owner_.reader().error());
      case ResponseReader::Read::More: break;
    }
    if (static_cast<std::size_t>(count) < room && !end_in_sight) break;
  }
  partial_.assign(buffer, size);
}

void ClientConnection::finish_response(const Response& response, bool end_in_sight) {
  partial_.clear();
  state_ = State::Idle;
  if (response.closes || end_in_sight) close();
  owner_.on_response(*this, response);
}

}  // namespace firstcome::load
