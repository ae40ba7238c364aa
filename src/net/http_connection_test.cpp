#include "net/http_connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace firstcome::net {
namespace {

constexpr std::size_t kTurn = 64UL * 1024;
const std::string kPlainGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// A connection whose events and turns the test causes, with the client at the other end of a socket pair.
class Turn : public testing::Test, public HttpConnectionOwner {
 protected:
  Turn() { open(); }
  ~Turn() override { hang_up(); }

  void open() {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    client_ = pair[0];
    const int room = 4 << 20;
    ::setsockopt(client_, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    ::setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    connection_.open(pair[1], false, PeerAddress{}, loop_);
  }
  void hang_up() {
    if (client_ >= 0) ::close(client_);
    client_ = -1;
  }
  void send(std::string_view bytes) {
    ASSERT_EQ(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// All bytes that have arrived at the client.
  std::size_t received() {
    std::string bytes(1 << 20, ' ');
    const auto count = ::recv(client_, bytes.data(), bytes.size(), 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  void event() { connection_.ready(EPOLLIN | EPOLLOUT); }
  /// False: the connection has not requested a turn.
  bool turn() {
    if (!std::exchange(waits_, false)) return false;
    connection_.take_turn();
    return true;
  }

  Handled handle(HttpConnection&) override {
    ++handled_;
    round_trip_.response = response_;
    return Handled::Now;
  }
  void refuse(HttpConnection&, RequestError, std::string_view) override { round_trip_.response = "refused"; }
  void done(HttpConnection&) override {}
  void go_on_later(HttpConnection&) override { waits_ = true; }
  void freed(std::size_t bytes) override { freed_ += bytes; }
  void closed(HttpConnection&) override { closed_ = true; }

  EventLoop loop_{[] {}};
  RoundTrip round_trip_;
  HttpConnection connection_{*this, round_trip_, {}, 0};
  std::string response_ = "answer";
  int client_ = -1;
  int handled_ = 0;
  std::size_t freed_ = 0;
  bool waits_ = false;
  bool closed_ = false;
};

TEST_F(Turn, HandlesOneRequestAfterAnEventAndOneInATurn) {
  send(kPlainGet + kPlainGet + kPlainGet);
  event();
  EXPECT_EQ(handled_, 1);
  EXPECT_TRUE(turn());
  EXPECT_EQ(handled_, 2);
  EXPECT_TRUE(turn());
  EXPECT_EQ(handled_, 3);
  EXPECT_FALSE(turn());
  send(kPlainGet);
  event();
  EXPECT_EQ(handled_, 4);
  EXPECT_FALSE(turn()) << "one request at a time needs no turn";
}

TEST_F(Turn, SendsALongResponseInPieces) {
  response_.assign(5 * kTurn + 1, 'r');
  send(kPlainGet);
  event();
  std::size_t all = received();
  EXPECT_LE(all, kTurn);
  for (int turns = 1; turn(); ++turns) {
    const std::size_t piece = received();
    EXPECT_LE(piece, kTurn);
    all += piece;
    ASSERT_LE(turns, 6);
  }
  EXPECT_EQ(all, response_.size());
  send(kPlainGet);
  event();
  EXPECT_EQ(handled_, 2);
}

TEST_F(Turn, SendsTheDocumentBehindTheResponse) {
  const std::string document(2 * kTurn, 'd');
  round_trip_.document = document;
  send(kPlainGet);
  event();
  std::size_t all = received();
  while (turn()) all += received();
  EXPECT_EQ(all, response_.size() + document.size());
}

TEST_F(Turn, ReadsOnceAfterAnEventAndAPieceInATurn) {
  const std::string body(60UL * 1024, ' ');
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  event();
  EXPECT_EQ(handled_, 0);
  EXPECT_LE(round_trip_.request.body.size(), 4096U);
  EXPECT_TRUE(turn());
  EXPECT_EQ(handled_, 1);
  EXPECT_FALSE(turn());
}

TEST_F(Turn, DiscardsInPiecesWhatAClientSendsAfterTheLastResponse) {
  send("GET / HTTP/1.0\r\n\r\n");
  event();
  EXPECT_GT(received(), 0U);
  send(std::string(3 * kTurn, 'x'));
  event();
  int turns = 0;
  while (turn()) ++turns;
  EXPECT_GE(turns, 2);
  hang_up();
  connection_.ready(EPOLLIN | EPOLLRDHUP);
  while (turn()) continue;
  EXPECT_TRUE(closed_);
}

/// What a connection may have between requests, without its fixed parts (docs/operations/topology.md).
constexpr std::size_t kKept = 2UL * 1024;

TEST_F(Turn, AfterALargeResponseTheConnectionIsSmallAgain) {
  response_.assign(2 * kTurn, 'r');
  send(kPlainGet);
  event();
  while (received() > 0 && turn()) continue;
  EXPECT_EQ(handled_, 1);
  EXPECT_LE(round_trip_.response.capacity() + round_trip_.request.memory(), kKept);
  EXPECT_GE(freed_, response_.size());
}

TEST_F(Turn, AfterALargeRequestTheConnectionIsSmallAgain) {
  const std::string body(60UL * 1024, ' ');
  const std::string header = "POST /" + std::string(3'000, 't') +
                             " HTTP/1.1\r\nHost: " + std::string(3'000, 'h') +
                             "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  send(header + body);
  event();
  while (turn()) continue;
  EXPECT_EQ(handled_, 1);
  EXPECT_LE(round_trip_.response.capacity() + round_trip_.request.memory(), kKept);
  EXPECT_GE(freed_, body.size());
}

TEST_F(Turn, AClientThatHangsUpWithinARequestOrAResponseLeavesNoMemory) {
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + std::string(30'000, ' '));
  event();
  while (turn()) continue;
  EXPECT_GT(round_trip_.request.memory(), 30'000U);
  hang_up();
  connection_.ready(EPOLLIN | EPOLLRDHUP | EPOLLHUP);
  EXPECT_TRUE(closed_);
  EXPECT_LE(round_trip_.response.capacity() + round_trip_.request.memory(), kKept);

  open();
  response_.assign(512 * kTurn, 'r');  // more than the socket takes
  send(kPlainGet);
  event();
  while (turn()) continue;
  EXPECT_GT(round_trip_.response.capacity(), kKept);
  hang_up();
  connection_.ready(EPOLLIN | EPOLLRDHUP | EPOLLHUP);
  EXPECT_LE(round_trip_.response.capacity() + round_trip_.request.memory(), kKept);
}

class ProxyHeaderFirst : public Turn {
 protected:
  ProxyHeaderFirst() {
    connection_.close();
    hang_up();
    closed_ = false;
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    client_ = pair[0];
    connection_.open(pair[1], false, *PeerAddress::parse("10.0.0.1"), loop_, nullptr, true);
  }
  const std::string header_ = "PROXY TCP4 203.0.113.9 198.51.100.1 12345 443\r\n";
};

TEST_F(ProxyHeaderFirst, NamesTheClientOfTheRequestsBehindIt) {
  send(header_ + kPlainGet);
  event();
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(round_trip_.peer.text(), "203.0.113.9");
}

TEST_F(ProxyHeaderFirst, MayArriveInPieces) {
  for (const char byte : header_) {
    send(std::string(1, byte));
    event();
    EXPECT_EQ(handled_, 0);
  }
  send(kPlainGet);
  event();
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(round_trip_.peer.text(), "203.0.113.9");
}

TEST_F(ProxyHeaderFirst, MayBeFromTheBalancerItself) {
  send("PROXY UNKNOWN\r\n" + kPlainGet);
  event();
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(round_trip_.peer.text(), "10.0.0.1");
}

TEST_F(ProxyHeaderFirst, WithoutItTheConnectionIsClosed) {
  send(kPlainGet);
  event();
  EXPECT_TRUE(closed_);
  EXPECT_EQ(handled_, 0);
}

}  // namespace
}  // namespace firstcome::net
