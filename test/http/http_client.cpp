#include "test/http/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>

#include "net/tls_context.h"

namespace firstcome::test {

std::string Response::json(std::string_view field) const {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  if (parser.parse(body)[field].get(value) != simdjson::SUCCESS) return {};
  return simdjson::minify(value);
}

std::string Response::text(std::string_view field) const {
  const std::string quoted = json(field);
  return quoted.size() < 2 || quoted.front() != '"' ? std::string{} : quoted.substr(1, quoted.size() - 2);
}

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

HttpClient::HttpClient(const std::string& address, const std::string& from) {
  const auto colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  native_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(native_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int yes = 1;
  ::setsockopt(native_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!from.empty()) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    ::inet_pton(AF_INET, from.c_str(), &source.sin_addr);
    EXPECT_EQ(::bind(native_, reinterpret_cast<sockaddr*>(&source), sizeof source), 0);
  }
  if (::connect(native_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) ADD_FAILURE() << "cannot connect";
}

HttpClient::HttpClient(const std::string& address, const net::TlsContext& context,
                       const std::function<void(ssl_st*)>& prepare)
    : HttpClient(address) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a socket that the server may have closed
  tls_ = {SSL_new(context.native()), SSL_free};
  SSL_set_fd(tls_.get(), native_);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), "127.0.0.1");
  if (prepare) prepare(tls_.get());
  check_tls(SSL_connect(tls_.get()));
}

HttpClient::~HttpClient() { ::close(native_); }

void HttpClient::check_tls(int result) {
  if (result > 0 || SSL_get_error(tls_.get(), result) == SSL_ERROR_ZERO_RETURN) return;
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  tls_failure_ = reason != nullptr ? reason : "the connection was closed";
  ERR_clear_error();
}

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (tls_) {
      const int written = SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
      check_tls(written);
      if (written <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    const auto count = ::send(native_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the server has closed the connection; the test sees it when it reads
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void HttpClient::send_request(const std::string& method, const std::string& target, const std::string& body,
                              const std::string& headers) {
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
  if (!body.empty()) {
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  send(request + "\r\n" + body);
}

bool HttpClient::receive() {
  char bytes[16 * 1024];
  const auto count =
      tls_ ? SSL_read(tls_.get(), bytes, sizeof bytes) : ::recv(native_, bytes, sizeof bytes, 0);
  if (tls_) check_tls(static_cast<int>(count));
  if (count > 0) unread_.append(bytes, static_cast<std::size_t>(count));
  return count > 0;
}

Response HttpClient::read(bool head) {
  Response response;
  while (true) {
    std::size_t end = unread_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!receive()) {
        ADD_FAILURE() << "no response";
        return response;
      }
      end = unread_.find("\r\n\r\n");
    }
    std::string_view lines = std::string_view{unread_}.substr(0, end + 2);
    response.status = std::stoi(std::string(lines.substr(lines.find(' ') + 1, 3)));
    lines.remove_prefix(lines.find("\r\n") + 2);
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find("\r\n"));
      std::string name(line.substr(0, line.find(": ")));
      std::ranges::transform(name, name.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      response.headers[name] = line.substr(line.find(": ") + 2);
      lines.remove_prefix(line.size() + 2);
    }
    unread_.erase(0, end + 4);
    if (response.status != 100) break;
  }
  const std::size_t length = head ? 0 : std::stoul("0" + response.header("content-length"));
  while (unread_.size() < length) {
    if (!receive()) {
      ADD_FAILURE() << "incomplete response";
      return response;
    }
  }
  response.body = unread_.substr(0, length);
  unread_.erase(0, length);
  return response;
}

Response HttpClient::ask(const std::string& method, const std::string& target, const std::string& body,
                         const std::string& headers) {
  send_request(method, target, body, headers);
  return read(method == "HEAD");
}

bool HttpClient::receives(std::string_view bytes) {
  while (unread_.find(bytes) == std::string::npos) {
    if (!receive()) return false;
  }
  return true;
}

bool HttpClient::at_end() { return unread_.empty() && !receive(); }

void HttpClient::finish_sending() {
  if (tls_) SSL_shutdown(tls_.get());
  cut_sending();
}

void HttpClient::cut_sending() { ::shutdown(native_, SHUT_WR); }

}  // namespace firstcome::test
