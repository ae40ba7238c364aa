/// One connection over a pair of sockets: its client sends bytes in pieces, reads late, waits, ends its side or breaks off.
/// However that is mixed, requests are handled one at a time and in order, each is done once, and the client receives the
/// responses in order.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "domain/check.h"
#include "net/http_connection.h"
#include "test/fuzz/bytes.h"

using namespace firstcome;

namespace {

constexpr net::RequestParser::Limits kLimits{.header = 1024, .body = 512};
constexpr std::size_t kLongResponse = 20'000;  ///< more than the socket's buffer

/// What a worker does, without a journal: every second response is long, and some come later.
class Owner : public net::HttpConnectionOwner {
 public:
  explicit Owner(net::RoundTrip& round_trip) : round_trip_(round_trip) {}

  net::Handled handle(net::HttpConnection&) override {
    begin();
    handled_.push_back(round_trip_.request.target + "\n" + round_trip_.request.body);
    respond(handled_.size() % 2 == 0 ? kLongResponse : handled_.size());
    if (handled_.size() % 3 != 0) return net::Handled::Now;
    waits_ = true;
    return net::Handled::Later;
  }
  void refuse(net::HttpConnection&, net::RequestError, std::string_view) override {
    begin();
    respond(3);
    refused_ = true;
  }
  void done(net::HttpConnection&) override {
    CHECK(busy_);
    busy_ = waits_ = false;
    round_trip_.response.clear();
  }
  void go_on_later(net::HttpConnection&) override { goes_on_ = true; }
  void closed(net::HttpConnection&) override {
    CHECK(!closed_ && !busy_);
    closed_ = true;
  }

  /// Does what a worker would do before it waits for events again.
  void run(net::HttpConnection& connection) {
    while (std::exchange(goes_on_, false)) connection.take_turn();
  }
  void answer(net::HttpConnection& connection) {
    if (std::exchange(waits_, false)) connection.answer();
    run(connection);
  }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] const std::vector<std::string>& handled() const { return handled_; }
  [[nodiscard]] const std::string& responses() const { return responses_; }

 private:
  void begin() {
    CHECK(!busy_ && !closed_ && !refused_);
    busy_ = true;
  }
  void respond(std::size_t length) {
    round_trip_.response = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
                           std::string(length, static_cast<char>('a' + handled_.size() % 26));
    responses_ += round_trip_.response;
  }

  net::RoundTrip& round_trip_;
  std::vector<std::string> handled_;
  std::string responses_;
  bool busy_ = false;
  bool waits_ = false;
  bool goes_on_ = false;
  bool closed_ = false;
  bool refused_ = false;
};

class Client {
 public:
  explicit Client(int native) : native_(native) { CHECK(fcntl(native_, F_SETFL, O_NONBLOCK) == 0); }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) {
    if (native_ < 0 || ended_) return;
    const auto count = ::send(native_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) sent_.append(bytes.substr(0, static_cast<std::size_t>(count)));
  }
  void receive() {
    char bytes[4096];
    for (ssize_t count = 0; native_ >= 0 && (count = ::recv(native_, bytes, sizeof bytes, 0)) > 0;) {
      received_.append(bytes, static_cast<std::size_t>(count));
    }
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    for (auto at = received_.find(kContinue); at != std::string::npos; at = received_.find(kContinue)) {
      received_.erase(at, kContinue.size());
    }
  }
  void end() {
    if (native_ >= 0) ::shutdown(native_, SHUT_WR);
    ended_ = true;
  }
  void close() {
    if (native_ >= 0) ::close(native_);
    native_ = -1;
  }
  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  int native_;
  bool ended_ = false;
  std::string sent_;
  std::string received_;
};

/// The requests in these bytes, read at once.
std::vector<std::string> requests_in(std::string_view bytes) {
  net::RequestParser parser(kLimits);
  net::Request request;
  std::vector<std::string> requests;
  parser.start(request);
  while (parser.feed(bytes) == net::RequestParser::State::Complete) {
    requests.push_back(request.target + "\n" + request.body);
    if (!request.keep_alive) break;
    parser.start(request);
  }
  return requests;
}

/// What epoll would report.
std::uint32_t events_of(int native) {
  pollfd ready{native, POLLIN | POLLOUT | POLLRDHUP, 0};
  CHECK(poll(&ready, 1, 0) >= 0);
  std::uint32_t events = 0;
  if ((ready.revents & POLLIN) != 0) events |= EPOLLIN;
  if ((ready.revents & POLLOUT) != 0) events |= EPOLLOUT;
  if ((ready.revents & POLLRDHUP) != 0) events |= EPOLLRDHUP;
  if ((ready.revents & POLLHUP) != 0) events |= EPOLLHUP;
  if ((ready.revents & POLLERR) != 0) events |= EPOLLERR;
  return events;
}

void step(std::uint8_t what, fuzz::Bytes& bytes, Client& client, net::HttpConnection& connection,
          Owner& owner) {
  switch (what % 8) {
    case 0: return client.receive();
    case 1: return client.end();
    case 2: return client.close();
    case 3: return connection.grow_older(milliseconds{250 * (1 + bytes.byte())});
    case 4: return owner.answer(connection);
    case 5: return client.send(bytes.until('\0'));
    default: return client.send(bytes.until('\xff'));
  }
}

}  // namespace

/// Steps: a byte that says what happens, then the bytes that the client sends in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  int sockets[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
  const int small = 4096;
  CHECK(setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
  static net::EventLoop loop([] {});  // the connection registers with it; its events come from events_of()
  net::RoundTrip round_trip;
  Owner owner(round_trip);
  net::HttpConnection connection(owner, round_trip, {.request = kLimits}, 0);
  Client client(sockets[1]);
  connection.open(sockets[0], /*admin=*/false, {}, loop);
  fuzz::Bytes bytes(data, size);
  const auto report = [&] {
    if (!owner.closed()) connection.ready(events_of(sockets[0]));
    owner.run(connection);
  };
  while (!bytes.empty() && !owner.closed()) {
    step(bytes.byte(), bytes, client, connection, owner);
    report();
  }
  // Everything that can still be answered.
  for (std::size_t before = SIZE_MAX;
       !owner.closed() && before != owner.responses().size() + client.received().size();) {
    before = owner.responses().size() + client.received().size();
    owner.answer(connection);
    client.receive();
    report();
  }
  client.receive();
  const std::vector<std::string> expected = requests_in(client.sent());
  CHECK(owner.handled().size() <= expected.size());
  for (std::size_t i = 0; i < owner.handled().size(); ++i) CHECK(owner.handled()[i] == expected[i]);
  CHECK(owner.responses().starts_with(client.received()));
  if (!owner.closed()) {
    CHECK(owner.refused() || owner.handled().size() == expected.size());
    CHECK(owner.responses() == client.received());
    connection.close_politely();
  }
  CHECK(owner.closed());
  return 0;
}
