#include "edge/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

namespace firstcome::edge {
namespace {

constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr milliseconds kLinger{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Connection::Connection(asio::io_context& context, ConnectionOwner& owner, ConnectionLimits limits,
                       std::uint32_t slot)
    : socket_(context.get_executor()),
      owner_(owner),
      limits_(limits),
      slot_(slot),
      in_(kFirstBuffer),
      parser_(limits.request) {}

void Connection::open(int native_socket, asio::ip::tcp protocol, bool admin) {
  error_code error;
  socket_.assign(protocol, native_socket, error);
  if (!error) socket_.native_non_blocking(true, error);
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  begin_ = end_ = 0;
  exchange_.admin = admin;
  enter(State::Idle);
  parser_.start(exchange_.request);
  if (error) return close();
  read();
}

void Connection::enter(State state) {
  state_ = state;
  age_ = milliseconds{0};
}

void Connection::advance() {
  while (state_ == State::Idle || state_ == State::Receiving) {
    const RequestParser::State parsed = begin_ == end_ ? RequestParser::State::NeedMore : parse();
    if (parsed == RequestParser::State::NeedMore) {
      if (state_ != State::Closed) read();
      return;
    }
    exchange_.begin();
    said_continue_ = false;
    enter(State::Handling);
    if (parsed == RequestParser::State::Complete) {
      exchange_.close = !exchange_.request.keep_alive;
      if (owner_.handle(*this) == Handled::Later) return;
    } else {
      exchange_.close = true;
      owner_.refuse(*this, parser_.problem(), parser_.detail());
    }
    send();
  }
}

RequestParser::State Connection::parse() {
  std::string_view bytes(in_.data() + begin_, end_ - begin_);
  const RequestParser::State parsed = parser_.feed(bytes);
  begin_ = end_ - bytes.size();
  if (parsed == RequestParser::State::NeedMore) {
    if (state_ == State::Idle) enter(State::Receiving);
    if (exchange_.request.expects_continue && !said_continue_ && parser_.header_done()) say_continue();
  }
  return parsed;
}

/// A client that asks first is told to go on, unless its body is coming already.
void Connection::say_continue() {
  said_continue_ = true;
  if (!exchange_.request.body.empty()) return;
  const auto count = ::send(socket_.native_handle(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
  if (count != static_cast<ssize_t>(kContinue.size())) close();
}

void Connection::answer() {
  send();
  if (state_ != State::Idle) return;
  if (begin_ == end_) return read();
  // The next request is here already. Not from within the owner's call: it may be in the middle of a list.
  ++operations_;
  asio::post(socket_.get_executor(), [this] {
    --operations_;
    if (state_ == State::Closed) return release_if_quiet();
    advance();
  });
}

/// Tries at once: a response nearly always fits the socket's buffer, and then costs one system call.
void Connection::send() {
  const std::string& out = exchange_.response;
  if (state_ == State::Handling) sent_ = 0;
  while (sent_ < out.size()) {
    const auto count = ::send(socket_.native_handle(), out.data() + sent_, out.size() - sent_, MSG_NOSIGNAL);
    if (count > 0) {
      sent_ += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) return close();
    if (state_ != State::Sending) enter(State::Sending);
    ++operations_;
    return socket_.async_wait(Socket::wait_write, [this](const error_code& error) {
      --operations_;
      if (state_ == State::Closed) return release_if_quiet();
      if (error) return close();
      send();
      if (state_ == State::Idle) advance();
    });
  }
  sent();
}

void Connection::sent() {
  enter(State::Idle);
  owner_.done(*this);
  if (state_ == State::Closed) return;
  if (exchange_.close) return linger();
  parser_.start(exchange_.request);
}

void Connection::make_room() {
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

void Connection::read() {
  make_room();
  ++operations_;
  socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_),
                          [this](const error_code& error, std::size_t count) { on_read(error, count); });
}

void Connection::on_read(const error_code& error, std::size_t count) {
  --operations_;
  if (state_ == State::Closed) return release_if_quiet();
  if (error) return close();
  if (state_ == State::Lingering) {
    begin_ = end_ = 0;
    return read();
  }
  end_ += count;
  advance();
}

/// Closing with unread bytes would reset the connection and could take the response away from the client
/// (RFC 9112 §9.6).
void Connection::linger() {
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return close();
  enter(State::Lingering);
  begin_ = end_ = 0;
  read();
}

void Connection::close() {
  if (state_ == State::Closed) return;
  const bool handling = state_ == State::Handling || state_ == State::Sending;
  enter(State::Closed);
  error_code ignored;  // the socket is gone in any case
  socket_.close(ignored);
  if (handling) owner_.done(*this);
  release_if_quiet();
}

void Connection::close_politely() {
  if (state_ == State::Closed) return;
  ::shutdown(socket_.native_handle(), SHUT_WR);
  char swallowed[4096];
  while (::recv(socket_.native_handle(), swallowed, sizeof swallowed, MSG_DONTWAIT) > 0) {
  }
  close();
}

void Connection::release_if_quiet() {
  if (operations_ == 0) owner_.closed(*this);
}

void Connection::grow_older(milliseconds by) {
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
  close();
}

}  // namespace firstcome::edge
