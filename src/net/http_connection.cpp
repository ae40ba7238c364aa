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
/// Requests of one client handled in one go, so that pipelining does not starve the others.
constexpr int kAtOnce = 32;
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
  readable_ = end_in_sight_ = said_continue_ = false;
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
  if (state_ == State::Closed) return;  // closed by an event before this one of the same batch
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLRDHUP) != 0) end_in_sight_ = true;
  if (state_ == State::Sending && (events & EPOLLOUT) != 0) send();
  if (state_ == State::Lingering) return swallow();
  go_on();
}

void HttpConnection::go_on() {
  for (int handled = 0; state_ == State::Idle || state_ == State::Receiving;) {
    if (begin_ < end_) {
      if (handled == kAtOnce) return owner_.go_on_later(*this);
      const RequestParser::State parsed = parse();
      if (parsed != RequestParser::State::NeedMore) {
        have_handled(parsed);
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
      // Fewer than asked for are all there were (epoll(7)), and more would be another edge. The end of the
      // stream has no edge of its own when it came along with them.
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
    if (round_trip_.request.expects_continue && !said_continue_ && parser_.header_done()) say_continue();
  }
  return parsed;
}

/// A client that asks first is told to go on, unless its body is coming already.
void HttpConnection::say_continue() {
  said_continue_ = true;
  if (!round_trip_.request.body.empty()) return;
  const auto count = ::send(native_, kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
  if (count != static_cast<ssize_t>(kContinue.size())) close();
}

void HttpConnection::have_handled(RequestParser::State parsed) {
  if (parsed != RequestParser::State::Complete) return refuse(parser_.error(), parser_.detail());
  said_continue_ = false;
  sent_ = 0;
  enter(State::Handling);
  round_trip_.close = !round_trip_.request.keep_alive;
  if (owner_.handle(*this) == Handled::Now) send();
}

/// What is no whole request; where the next would begin is unknown.
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

/// Tries at once: a response nearly always fits the socket's buffer, and then costs one system call.
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
  in_.resize(in_.size() * 2);  // the parser's limits bound what it leaves unparsed
}

/// Closing with unread bytes would reset the connection and could take the response away from the client
/// (RFC 9112 §9.6).
void HttpConnection::linger() {
  if (::shutdown(native_, SHUT_WR) != 0) return close();
  enter(State::Lingering);
  swallow();
}

void HttpConnection::swallow() {
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
  milliseconds most{0};
  switch (state_) {
    case State::Closed:
    case State::Handling: return;  // whoever handles it has waits of its own
    case State::Idle: most = limits_.idle_timeout; break;
    case State::Receiving: most = limits_.request_timeout; break;
    case State::Sending: most = limits_.write_timeout; break;
    case State::Lingering: most = kLinger; break;
  }
  if (age_ < most) return;
  if (state_ == State::Receiving)
    return refuse(RequestError::RequestTimeout, "The request took too long to come.");
  close();
}

}  // namespace firstcome::net
