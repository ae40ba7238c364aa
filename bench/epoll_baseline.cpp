// The limit of the machine and the load generator: an epoll loop that only finds the end of a request and
// sends a constant response, without parsing, timers and limits. It is the peer of the edge's fixed answer.
//
//   epoll_baseline [port] [threads]
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view kBody =
    R"({"result":"SUCCESS","policyId":7,"userId":1234567,"sequence":123456,)"
    R"("issuedAt":"2026-11-23T14:00:00.123Z","ticket":"AgAAAAGdQcfiW4A2-gAAAAAAAAAHAAAAAAAS1ocAAQAAAAAAAeJAAAAAAAAAAAA"})";

struct Client {
  int native;
  std::size_t size = 0;
  char bytes[16 * 1024];
};

void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(std::uint16_t port) {
  const int native = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(native, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(native, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(native, 4096) != 0) fail("listen");
  return native;
}

/// Length of the first complete request in `bytes`, or 0. Reads only the header Content-Length of a POST.
std::size_t whole_request(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  std::size_t body = 0;
  constexpr std::string_view kLength = "Content-Length: ";
  if (const auto at = bytes.substr(0, end).find(kLength); at != std::string_view::npos) {
    const char* from = bytes.data() + at + kLength.size();
    std::from_chars(from, bytes.data() + end, body);
  }
  return bytes.size() >= end + 4 + body ? end + 4 + body : 0;
}

/// False if the client has closed the connection.
bool serve(Client& client, std::string_view response) {
  const auto count = ::recv(client.native, client.bytes + client.size, sizeof client.bytes - client.size, 0);
  if (count < 0) return errno == EAGAIN;
  if (count == 0) return false;
  client.size += static_cast<std::size_t>(count);
  std::size_t begin = 0;
  while (const std::size_t length = whole_request({client.bytes + begin, client.size - begin})) {
    begin += length;
    if (::send(client.native, response.data(), response.size(), MSG_NOSIGNAL) < 0) return false;
  }
  std::copy(client.bytes + begin, client.bytes + client.size, client.bytes);
  client.size -= begin;
  return client.size < sizeof client.bytes;
}

void run(int own, const std::vector<int>& all, int listener, std::string_view response) {
  std::vector<epoll_event> events(512);
  std::size_t next = 0;
  while (true) {
    const int count = ::epoll_wait(own, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (client != nullptr) {
        if (!serve(*client, response)) {
          ::close(client->native);
          delete client;
        }
        continue;
      }
      for (int native; (native = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        const int yes = 1;
        ::setsockopt(native, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = new Client{.native = native, .size = 0, .bytes = {}};
        ::epoll_ctl(all[next++ % all.size()], EPOLL_CTL_ADD, native, &event);
      }
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 9900);
  const int threads = count > 2 ? std::atoi(arguments[2]) : 1;
  const std::string response = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " +
                               std::to_string(kBody.size()) +
                               "\r\nDate: Mon, 23 Nov 2026 14:00:00 GMT\r\n\r\n" + std::string(kBody);
  const int listener = listen_on(port);
  std::vector<int> epolls;
  for (int i = 0; i < threads; ++i) epolls.push_back(::epoll_create1(0));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  ::epoll_ctl(epolls.front(), EPOLL_CTL_ADD, listener, &event);
  std::vector<std::jthread> running;
  for (const int own : epolls) running.emplace_back([&, own] { run(own, epolls, listener, response); });
}
