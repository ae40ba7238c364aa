#include "servers/cutting_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "domain/check.h"

namespace firstcome::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  CHECK(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void wait_until_readable(int socket) {
  pollfd one{socket, POLLIN, 0};
  poll(&one, 1, -1);
}

}  // namespace

CuttingProxy::CuttingProxy(int server_port) : server_port_(server_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 8) == 0);
  CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { serve(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  release();
  thread_.join();
  close(listener_);
  close(wake_);
}

void CuttingProxy::harm_at(std::string word, Harm harm) {
  word_ = std::move(word);
  harm_ = harm;
  harmed_ = false;
  armed_ = true;
}

void CuttingProxy::release() { CHECK(eventfd_write(wake_, 1) == 0); }

void CuttingProxy::serve() {
  while (!ending_) {
    std::array<pollfd, 2> waiting{{{listener_, POLLIN, 0}, {wake_, POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) continue;  // the end
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = connect_to(server_port_);
    carry(client, server);
    close(client);
    close(server);
  }
}

void CuttingProxy::carry(int client, int server) {
  std::array<char, 65536> buffer{};
  while (!ending_) {
    std::array<pollfd, 3> waiting{{{client, POLLIN, 0}, {server, POLLIN, 0}, {wake_, POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[2].revents != 0 && ending_) return;
    for (const auto& [from, to] : {std::pair{client, server}, std::pair{server, client}}) {
      if (waiting[from == client ? 0 : 1].revents == 0) continue;
      const ssize_t size = recv(from, buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
      if (from == client && armed_ && bytes.find(word_) != std::string_view::npos) {
        if (!harmed(bytes, server)) return;
      } else if (!send_all(to, bytes)) {
        return;
      }
    }
  }
}

/// False: the connection is over.
bool CuttingProxy::harmed(std::string_view bytes, int server) {
  armed_ = false;
  harmed_ = true;
  harmed_.notify_all();
  switch (harm_) {
    case Harm::CutBefore: return false;
    case Harm::CutAnswer:
      if (send_all(server, bytes)) wait_until_readable(server);
      return false;
    case Harm::Hold: break;
  }
  wait_until_readable(wake_);
  eventfd_t ignored = 0;
  eventfd_read(wake_, &ignored);
  return send_all(server, bytes);
}

}  // namespace firstcome::test
