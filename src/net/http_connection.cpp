#include "net/http_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace firstcome::net {
namespace {

constexpr std::size_t kFirstBuffer = 4UL * 1024;
/// Requests of one client handled before the other clients get a turn, so that pipelining does not starve them.
constexpr int kHandledInTurn = 32;
constexpr milliseconds kLinger{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

HttpConnection::HttpConnection(HttpConnectionOwner& owner, RoundTrip& round_trip, ConnectionLimits limits,
                               std::uint32_t slot)
    : owner_(owner),
      round_trip_(round_trip),
      limits_(limits),
      slot_(slot),
      in_(kFirstBuffer),
      parser_(limits.request) {}

HttpConnection::~HttpConnection() {
  if (native_ >= 0) ::close(native_);
}

void HttpConnection::open(int native_socket, bool admin, EventLoop& loop) {
  native_ = native_socket;
  begin_ = end_ = 0;
  readable_ = end_in_sight_ = sent_continue_ = false;
  round_trip_.admin = admin;
  enter(State::Idle);
  parser_.start(round_trip_.request);
  const int yes = 1;
  ::setsockopt(native_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!loop.add(native_, *this)) close();
}

void HttpConnection::enter(State state) {
  state_ = state;
  age_ = milliseconds{0};
}

void HttpConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // an earlier event of this batch closed it
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLRDHUP) != 0) end_in_sight_ = true;
  if (state_ == State::Sending && (events & EPOLLOUT) != 0) send();
  if (state_ == State::Lingering) return discard_input();
  go_on();
}

void HttpConnection::go_on() {
  for (int handled = 0; state_ == State::Idle || state_ == State::Receiving;) {
    if (begin_ < end_) {
      if (handled == kHandledInTurn) return owner_.go_on_later(*this);
      const RequestParser::State parsed = parse();
      if (parsed != RequestParser::State::NeedMore) {
        handle(parsed);
        ++handled;
        continue;
      }
      if (state_ == State::Closed) return;
    }
    if (!receive()) return;
  }
}

bool HttpConnection::receive() {
  while (readable_) {
    make_room();
    const std::size_t room = in_.size() - end_;
    const auto count = ::recv(native_, in_.data() + end_, room, 0);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      // A short read has emptied the socket, and later bytes cause another event (epoll(7)). The end of the stream
      // causes no separate event if it arrived together with the bytes.
      if (static_cast<std::size_t>(count) < room && !end_in_sight_) readable_ = false;
      return true;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && would_block(errno)) {
      readable_ = false;
      break;
    }
    close();
    break;
  }
  return false;
}

RequestParser::State HttpConnection::parse() {
  std::string_view bytes(in_.data() + begin_, end_ - begin_);
  const RequestParser::State parsed = parser_.feed(bytes);
  begin_ = end_ - bytes.size();
  if (parsed == RequestParser::State::NeedMore) {
    if (state_ == State::Idle) enter(State::Receiving);
    if (round_trip_.request.expects_continue && !sent_continue_ && parser_.header_done()) send_continue();
  }
  return parsed;
}

/// For Expect: 100-continue. Sends nothing if the body is arriving already.
void HttpConnection::send_continue() {
  sent_continue_ = true;
  if (!round_trip_.request.body.empty()) return;
  const auto count = ::send(native_, kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
  if (count != static_cast<ssize_t>(kContinue.size())) close();
}

void HttpConnection::handle(RequestParser::State parsed) {
  if (parsed != RequestParser::State::Complete) return refuse(parser_.error(), parser_.detail());
  sent_continue_ = false;
  sent_ = 0;
  enter(State::Handling);
  round_trip_.close = !round_trip_.request.keep_alive;
  if (owner_.handle(*this) == Handled::Now) send();
}

/// Closes the connection after the response, because it is unknown where the next request would begin.
void HttpConnection::refuse(RequestError error, std::string_view detail) {
  sent_ = 0;
  enter(State::Handling);
  round_trip_.close = true;
  owner_.refuse(*this, error, detail);
  send();
}

void HttpConnection::answer() {
  send();
  if (state_ == State::Idle && (begin_ < end_ || readable_)) owner_.go_on_later(*this);
}

/// Does not wait for EPOLLOUT first: a response nearly always fits the socket's buffer, so one system call is enough.
void HttpConnection::send() {
  const std::string& out = round_trip_.response;
  while (sent_ < out.size()) {
    const auto count = ::send(native_, out.data() + sent_, out.size() - sent_, MSG_NOSIGNAL);
    if (count > 0) {
      sent_ += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      if (!would_block(errno)) return close();
      if (state_ != State::Sending) enter(State::Sending);
      return;
    }
  }
  sent();
}

void HttpConnection::sent() {
  enter(State::Idle);
  owner_.done(*this);
  if (round_trip_.close) return linger();
  parser_.start(round_trip_.request);
}

void HttpConnection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < in_.size()) return;
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return;
  }
  in_.resize(in_.size() * 2);  // the parser's limits bound the unparsed bytes
}

/// Closing with unread bytes would reset the connection, and the client could lose the response (RFC 9112 §9.6).
void HttpConnection::linger() {
  if (::shutdown(native_, SHUT_WR) != 0) return close();
  enter(State::Lingering);
  discard_input();
}

void HttpConnection::discard_input() {
  do {
    begin_ = end_ = 0;
  } while (receive());
}

void HttpConnection::close() {
  if (state_ == State::Closed) return;
  const bool handling = state_ == State::Handling || state_ == State::Sending;
  enter(State::Closed);
  ::close(native_);
  native_ = -1;
  if (handling) owner_.done(*this);
  owner_.closed(*this);
}

void HttpConnection::close_politely() {
  if (state_ == State::Closed) return;
  ::shutdown(native_, SHUT_WR);
  while (::recv(native_, in_.data(), in_.size(), MSG_DONTWAIT) > 0) {
  }
  close();
}

void HttpConnection::grow_older(milliseconds by) {
  age_ += by;
  milliseconds limit{0};
  switch (state_) {
    case State::Closed:
    case State::Handling: return;  // admission and the queries have their own deadlines
    case State::Idle: limit = limits_.idle_timeout; break;
    case State::Receiving: limit = limits_.request_timeout; break;
    case State::Sending: limit = limits_.write_timeout; break;
    case State::Lingering: limit = kLinger; break;
  }
  if (age_ < limit) return;
  if (state_ == State::Receiving)
    return refuse(RequestError::RequestTimeout, "The request took too long to arrive.");
  close();
}

}  // namespace firstcome::net
