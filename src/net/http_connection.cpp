#include "net/http_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <cerrno>
#include <cstring>

namespace firstcome::net {
namespace {

constexpr std::size_t kFirstBuffer = 4UL * 1024;
/// Requests of one client handled before the other clients get a turn, so that pipelining does not starve them.
constexpr int kHandledInTurn = 32;
constexpr milliseconds kLinger{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpConnection::HttpConnection(HttpConnectionOwner& owner, RoundTrip& round_trip, ConnectionLimits limits,
                               std::uint32_t slot)
    : owner_(owner),
      round_trip_(round_trip),
      limits_(limits),
      slot_(slot),
      in_(kFirstBuffer),
      parser_(limits.request) {}

HttpConnection::~HttpConnection() = default;

void HttpConnection::open(int native_socket, bool admin, const PeerAddress& peer, EventLoop& loop,
                          const ServerCertificate* certificate) {
  if (certificate == nullptr) {
    stream_.open(native_socket);
  } else {
    stream_.open(native_socket, *certificate->context());
  }
  begin_ = end_ = 0;
  sent_continue_ = false;
  round_trip_.admin = admin;
  round_trip_.peer = peer;
  enter(stream_.is_tls() ? State::ShakingHands : State::Idle);
  parser_.start(round_trip_.request);
  const int yes = 1;
  ::setsockopt(native_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!loop.add(native_socket, *this)) close();
}

void HttpConnection::enter(State state) {
  state_ = state;
  age_ = milliseconds{0};
}

void HttpConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // an earlier event of this batch closed it
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  stream_.on_event(events);
  if (state_ == State::ShakingHands) return shake_hands();
  if (state_ == State::Sending && stream_.may_write()) send();
  if (state_ == State::Lingering) return discard_input();
  go_on();
}

void HttpConnection::shake_hands() {
  switch (stream_.shake_hands()) {
    case TlsSession::Handshake::UnderWay: return;
    case TlsSession::Handshake::Failed: return linger();  // the client reads the alert
    case TlsSession::Handshake::PlainHttp:
      return refuse(RequestError::BadRequest,
                    "This port expects HTTPS. Use an address that begins with https://.");
    case TlsSession::Handshake::Done: enter(State::Idle); return go_on();
  }
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
  if (!stream_.may_read()) return false;
  make_room();
  const auto count = stream_.read(in_.data() + end_, in_.size() - end_);
  if (count > 0) {
    end_ += static_cast<std::size_t>(count);
    return true;
  }
  if (count == 0 || !would_block(errno)) close();
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
  const auto count = stream_.write(kContinue);
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
  if (state_ == State::Idle && (begin_ < end_ || stream_.may_read())) owner_.go_on_later(*this);
}

/// Does not wait for EPOLLOUT first: a response nearly always fits the socket's buffer, so one system call is enough.
void HttpConnection::send() {
  const std::string_view out = round_trip_.response;
  while (sent_ < out.size()) {
    const auto count = stream_.write(out.substr(sent_));
    if (count > 0) {
      sent_ += static_cast<std::size_t>(count);
    } else {
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
  if (!stream_.end_writing()) return close();
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
  stream_.close();
  if (handling) owner_.done(*this);
  owner_.closed(*this);
}

void HttpConnection::close_politely() {
  if (state_ == State::Closed) return;
  stream_.end_writing();
  while (stream_.read(in_.data(), in_.size()) > 0) {
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
    case State::ShakingHands:
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
