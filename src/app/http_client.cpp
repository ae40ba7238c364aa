#include "app/http_client.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include "app/clock.h"

// Plain sockets: one question a process needs no HTTP library, which would be by far the slowest file to build.
namespace firstcome::app {
namespace {

struct Address {
  std::string host;
  std::string port;
};

std::optional<Address> read_address(std::string_view server) {
  constexpr std::string_view kScheme = "http://";
  if (server.starts_with(kScheme)) server.remove_prefix(kScheme.size());
  while (server.ends_with('/')) server.remove_suffix(1);
  if (server.find('/') != std::string_view::npos) return std::nullopt;
  const std::size_t colon = server.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = server.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Address{std::string(host), std::string(server.substr(colon + 1))};
}

std::string to_bytes(const std::string& host, const HttpQuestion& question) {
  std::string bytes = question.method + " " + question.target + " HTTP/1.1\r\nHost: " + host +
                      "\r\nConnection: close\r\n";
  if (!question.admin_key.empty()) bytes += "Authorization: Bearer " + question.admin_key + "\r\n";
  if (!question.if_match.empty()) bytes += "If-Match: " + question.if_match + "\r\n";
  if (question.method != "GET") {
    bytes += "Content-Type: application/json\r\nContent-Length: " + std::to_string(question.body.size()) + "\r\n";
  }
  return bytes + "\r\n" + question.body;
}

/// A connection whose every step ends by the same deadline. A step says 0, or the errno that ended it.
class Connection {
 public:
  explicit Connection(Instant deadline) : deadline_(deadline) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What is wrong, in words; empty when connected.
  std::string connect(const Address& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
    if (failed != 0) return gai_strerror(failed);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    int error = 0;
    for (; found != nullptr; found = found->ai_next) {
      error = try_connect(*found);
      if (error == 0) return {};
    }
    return std::strerror(error);
  }

  int write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (const int error = wait(POLLOUT); error != 0) {
        return error;
      }
    }
    return 0;
  }

  /// Everything until the other side closes.
  int read(std::string& bytes) {
    char piece[16 * 1024];
    for (;;) {
      const ssize_t received = ::recv(socket_, piece, sizeof piece, 0);
      if (received == 0) return 0;
      if (received > 0) {
        bytes.append(piece, static_cast<std::size_t>(received));
      } else if (const int error = wait(POLLIN); error != 0) {
        return error;
      }
    }
  }

 private:
  int try_connect(const addrinfo& to) {
    close();
    socket_ = ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol);
    if (socket_ < 0) return errno;
    if (::connect(socket_, to.ai_addr, to.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    errno = EAGAIN;
    if (const int error = wait(POLLOUT); error != 0) return error;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
  }

  /// After a call that failed: waits if it only would have blocked, else says why it failed.
  int wait(short events) {
    if (errno == EINTR) return 0;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return errno;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - now().steady).count();
    pollfd waiting{socket_, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (ready == 0) return ETIMEDOUT;
    return ready < 0 && errno != EINTR ? errno : 0;
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  const Instant deadline_;
  int socket_ = -1;
};

/// firstcome answers with a length, and closes because it was asked to.
std::optional<HttpAnswer> read_answer(const std::string& bytes) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with(kVersion) || head_end == std::string::npos) return std::nullopt;
  HttpAnswer answer;
  const char* status = bytes.data() + kVersion.size();
  if (std::from_chars(status, status + 3, answer.status).ec != std::errc()) return std::nullopt;
  answer.body = bytes.substr(head_end + 4);
  std::string head = bytes.substr(0, head_end + 2);
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::string_view kLength = "\r\ncontent-length: ";
  if (const std::size_t at = head.find(kLength); at != std::string::npos) {
    std::size_t length = 0;
    std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
    if (answer.body.size() < length) return std::nullopt;  // cut off
  }
  return answer;
}

}  // namespace

Result<HttpAnswer> ask(const std::string& server, const HttpQuestion& question, milliseconds timeout) {
  const auto address = read_address(server);
  if (!address) {
    return Error{Error::Kind::Permanent,
                 "'" + server + "' is no address of a server: it looks like http://127.0.0.1:8080"};
  }
  Connection connection(now().steady + timeout);
  if (const std::string wrong = connection.connect(*address); !wrong.empty()) {
    return Error{Error::Kind::Retryable,
                 "cannot connect to " + server + ": " + wrong + ". Is `firstcome serve` running there?"};
  }
  std::string bytes;
  int error = connection.write(to_bytes(address->host, question));
  if (error == 0) error = connection.read(bytes);
  const auto answer = read_answer(bytes);
  if (answer) return *answer;
  return Error{Error::Kind::Unknown, server + " gave no answer: " +
                                         (error == 0 ? "it closed the connection" : std::strerror(error)) +
                                         ". What was asked may have happened; asking again is safe"};
}

}  // namespace firstcome::app
