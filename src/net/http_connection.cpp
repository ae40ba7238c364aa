#include "net/http_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/proxy_header.h"

namespace firstcome::net {
namespace {

constexpr std::size_t kFirstBuffer = 4UL * 1024;
/// Of the strings of a request and its response, which are reused for the next one.
constexpr std::size_t kMemoryKept = 2UL * 1024;
/// About what OpenSSL has for one connection.
constexpr std::size_t kTlsMemory = 14UL * 1024;
/// Bytes that a connection reads or writes in a turn of its own. The others wait that long for it.
constexpr std::size_t kBytesInTurn = 64UL * 1024;
/// An event is followed by one read. What a request needs beyond that, it gets in a turn.
constexpr std::size_t kOneRead = 1;
/// Input that is discarded at the end, so that a client that goes on sending does not delay others.
constexpr int kReadsBeforeClose = 16;
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
                          const ServerCertificate* certificate, bool has_proxy_header) {
  if (certificate == nullptr) {
    stream_.open(native_socket);
  } else {
    stream_.open(native_socket, *certificate->context());
  }
  begin_ = end_ = 0;
  sent_continue_ = false;
  round_trip_.admin = admin;
  round_trip_.peer = peer;
  enter(has_proxy_header ? State::ProxyHeader : stream_.is_tls() ? State::ShakingHands : State::Idle);
  parser_.start(round_trip_.request);
  const int yes = 1;
  ::setsockopt(native_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!loop.add(native_socket, *this)) close();
}

void HttpConnection::enter(State state) {
  state_ = state;
  age_ = silent_ = milliseconds{0};
}

void HttpConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // an earlier event of this batch closed it
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  stream_.on_event(events);
  if (state_ == State::ProxyHeader) read_proxy_header();
  const bool may_send = state_ == State::Sending && stream_.may_write();
  if (may_send || state_ == State::ShakingHands) return owner_.go_on_later(*this);
  go_on(kOneRead);
}

void HttpConnection::take_turn() {
  if (state_ == State::ShakingHands) shake_hands();
  if (state_ == State::Sending && stream_.may_write()) send();
  go_on(kBytesInTurn);
}

/// Looks at the bytes and takes only the header, because TLS or a request may follow at once.
void HttpConnection::read_proxy_header() {
  std::array<char, net::ProxyHeader::kMaxBytes> bytes{};
  const auto count = ::recv(stream_.native(), bytes.data(), bytes.size(), MSG_PEEK);
  if (count < 0 && would_block(errno)) return;
  if (count <= 0) return close();
  const auto header = net::ProxyHeader::parse({bytes.data(), static_cast<std::size_t>(count)});
  if (header.state == net::ProxyHeader::State::Incomplete) return;  // the rest causes another event
  if (header.state == net::ProxyHeader::State::Invalid) return close();
  if (::recv(stream_.native(), bytes.data(), header.bytes, 0) != static_cast<ssize_t>(header.bytes))
    return close();
  if (header.client) round_trip_.peer = *header.client;
  enter(stream_.is_tls() ? State::ShakingHands : State::Idle);
}

/// A step of the handshake takes up to a millisecond, so it needs a turn.
void HttpConnection::shake_hands() {
  const TlsSession::Handshake state = stream_.shake_hands();
  if (state == TlsSession::Handshake::UnderWay) return;
  enter(State::Idle);
  owner_.handshake_ended(state);
  if (state == TlsSession::Handshake::Failed) return linger();  // the client reads the alert
  if (state == TlsSession::Handshake::PlainHttp) {
    refuse(RequestError::BadRequest, "This port expects HTTPS. Use an address that begins with https://.");
  }
}

/// Handles one request at most. If there is more to do, the connection gets a turn later.
void HttpConnection::go_on(std::size_t bytes_most) {
  if (state_ == State::Lingering) return discard_input(bytes_most);
  bool handled = false;
  for (std::size_t bytes = 0; state_ == State::Idle || state_ == State::Receiving;) {
    if (begin_ < end_) {
      if (handled) return owner_.go_on_later(*this);
      const RequestParser::State parsed = parse();
      if (parsed != RequestParser::State::NeedMore) {
        handle(parsed);
        handled = true;
        continue;
      }
      if (state_ == State::Closed) return;
    }
    if (bytes >= bytes_most && stream_.may_read()) return owner_.go_on_later(*this);
    const std::size_t count = receive();
    if (count == 0) return;
    bytes += count;
  }
}

std::size_t HttpConnection::receive() {
  if (!stream_.may_read()) return 0;
  make_room();
  const auto count = stream_.read(in_.data() + end_, in_.size() - end_);
  if (count > 0) {
    silent_ = milliseconds{0};
    end_ += static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
  }
  if (count == 0 || !would_block(errno)) close();
  return 0;
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

/// The next bytes of the response to write; none when all are written.
std::string_view HttpConnection::unsent() const {
  const std::string_view response = round_trip_.response;
  if (sent_ < response.size()) return response.substr(sent_, kBytesInTurn);
  return round_trip_.document.substr(sent_ - response.size(), kBytesInTurn);
}

/// Does not wait for EPOLLOUT first: a response nearly always fits the socket's buffer, so one system call is enough.
void HttpConnection::send() {
  std::size_t bytes = 0;
  for (std::string_view piece = unsent(); !piece.empty(); piece = unsent()) {
    if (bytes >= kBytesInTurn) {
      if (state_ != State::Sending) enter(State::Sending);
      return owner_.go_on_later(*this);
    }
    const auto count = stream_.write(piece);
    if (count <= 0) {
      if (!would_block(errno)) return close();
      if (state_ != State::Sending) enter(State::Sending);
      return;
    }
    sent_ += static_cast<std::size_t>(count);
    bytes += static_cast<std::size_t>(count);
    silent_ = milliseconds{0};
  }
  sent();
}

void HttpConnection::sent() {
  enter(State::Idle);
  owner_.done(*this);
  const bool last = round_trip_.close;
  give_back_memory();
  if (last) return linger();
  parser_.start(round_trip_.request);
}

/// Between requests a connection has at most kFirstBuffer and kMemoryKept (docs/operations/topology.md gives the sum).
void HttpConnection::give_back_memory() {
  std::size_t freed = round_trip_.give_back_memory(kMemoryKept);
  if (begin_ == end_ && in_.size() > kFirstBuffer) {
    freed += in_.size();
    in_ = std::vector<char>(kFirstBuffer);
    begin_ = end_ = 0;
  }
  if (freed > 0) owner_.freed(freed);
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
  discard_input(kOneRead);
}

void HttpConnection::discard_input(std::size_t bytes_most) {
  for (std::size_t bytes = 0; bytes < bytes_most;) {
    begin_ = end_ = 0;
    const std::size_t count = receive();
    if (count == 0) return;
    bytes += count;
  }
  if (stream_.may_read()) owner_.go_on_later(*this);
}

void HttpConnection::close() {
  if (state_ == State::Closed) return;
  const bool handling = state_ == State::Handling || state_ == State::Sending;
  if (state_ == State::ShakingHands) owner_.handshake_ended(TlsSession::Handshake::UnderWay);
  const bool tls = stream_.is_tls();
  enter(State::Closed);
  stream_.close();
  if (tls) owner_.freed(kTlsMemory);
  if (handling) owner_.done(*this);
  begin_ = end_ = 0;
  give_back_memory();
  owner_.closed(*this);
}

void HttpConnection::close_politely() {
  if (state_ == State::Closed) return;
  stream_.end_writing();
  for (int i = 0; i < kReadsBeforeClose && stream_.read(in_.data(), in_.size()) > 0; ++i) {
  }
  close();
}

std::optional<milliseconds> HttpConnection::idle() const {
  switch (state_) {
    case State::Closed:
    case State::Handling: return std::nullopt;
    case State::Idle: return begin_ == end_ ? std::optional(silent_) : std::nullopt;
    case State::ProxyHeader:
    case State::ShakingHands:
    case State::Receiving:
    case State::Sending: return silent_ >= kStalled ? std::optional(silent_) : std::nullopt;
    case State::Lingering: return silent_;
  }
  return std::nullopt;
}

/// An event of this batch may not have been handled yet.
bool HttpConnection::close_if_silent() {
  char byte = 0;
  if (::recv(stream_.native(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) return false;
  close();
  return true;
}

void HttpConnection::grow_older(milliseconds by) {
  age_ += by;
  silent_ += by;
  milliseconds limit{0};
  switch (state_) {
    case State::Closed:
    case State::Handling: return;  // admission and the queries have their own deadlines
    case State::Idle: limit = limits_.idle_timeout; break;
    case State::ProxyHeader:
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
