#include "load/client_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace firstcome::load {

int ClientConnection::open(const ServerAddress& server, net::EventLoop& loop, Tick now) {
  const Connecting connecting = begin_to_connect(server, number_);
  if (connecting.error != 0) return connecting.error;
  if (server.tls) {
    stream_.open(connecting.native, *server.tls, server.host);
  } else {
    stream_.open(connecting.native);
  }
  state_ = State::Opening;
  since_ = now;
  partial_.clear();
  if (loop.add(connecting.native, *this)) return 0;
  const int why = errno;
  close();
  return why;
}

void ClientConnection::close() {
  stream_.close();
  state_ = State::Closed;
}

void ClientConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(stream_.native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
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
  const auto sent = stream_.write(text);
  if (cut) return fail(RequestResult::CutOff);
  if (sent != static_cast<ssize_t>(text.size())) fail(RequestResult::Broken);
}

void ClientConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // closed by an earlier event of the same batch
  stream_.on_event(events);
  if (state_ == State::Opening) return finish_opening(events);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) == 0) return;
  if (state_ == State::Idle) {
    if (has_only_records_of_tls()) return;
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
  ::getsockopt(stream_.native(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
    return owner_.on_connect_failed(*this, error != 0 ? error : ECONNRESET);
  }
  if (stream_.is_tls()) {
    const auto state = stream_.shake_hands();
    if (state == net::TlsSession::Handshake::UnderWay) return;
    if (state != net::TlsSession::Handshake::Done) {
      close();
      return owner_.on_connect_failed(*this, EPROTO);
    }
  } else if ((events & EPOLLOUT) == 0) {
    return;
  }
  state_ = State::Idle;
  owner_.on_connected(*this);
}

/// In TLS, a server sends a session ticket after the handshake.
bool ClientConnection::has_only_records_of_tls() {
  return stream_.is_tls() && stream_.read(owner_.buffer(), ResponseReader::kMost) < 0 &&
         net::would_block(errno);
}

/// Edge-triggered: reads until there are no more bytes.
void ClientConnection::receive(bool end_in_sight) {
  char* const buffer = owner_.buffer();
  std::size_t size = partial_.copy(buffer, ResponseReader::kMost);
  for (;;) {
    const std::size_t room = ResponseReader::kMost - size;
    const auto count = stream_.read(buffer + size, room);
    if (count < 0 && net::would_block(errno)) break;
    if (count <= 0) return fail(RequestResult::Broken);
    size += static_cast<std::size_t>(count);
    Response response;
    switch (owner_.reader().read({buffer, size}, response)) {
      case ResponseReader::Read::Whole: return finish_response(response, end_in_sight);
      case ResponseReader::Read::Wrong: return fail(RequestResult::Unreadable, owner_.reader().error());
      case ResponseReader::Read::More: break;
    }
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
