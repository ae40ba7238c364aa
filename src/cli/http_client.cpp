#include "cli/http_client.h"

#include <httplib.h>
#include <netdb.h>

#include <charconv>
#include <csignal>
#include <optional>

namespace firstcome::cli {
namespace {

struct Address {
  std::string host;
  int port = 0;
  std::string both;  ///< as it was given, for the Host header
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
  Address address{std::string(host), 0, std::string(server)};
  const std::string_view port = server.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size()) return std::nullopt;
  if (address.port < 1 || address.port > 65'535) return std::nullopt;
  return address;
}

httplib::Request to_request(const std::string& host, const HttpQuestion& question) {
  httplib::Request request;
  request.method = question.method;
  request.path = question.target;
  request.set_header("Host", host);
  if (!question.admin_key.empty()) request.set_header("Authorization", "Bearer " + question.admin_key);
  if (!question.if_match.empty()) request.set_header("If-Match", question.if_match);
  if (question.method != "GET") {
    request.set_header("Content-Type", "application/json");
    request.body = question.body;
  }
  return request;
}

/// httplib does not tell an unknown name from a refused connection.
std::string why_not_connected(httplib::Error error, const std::string& host) {
  if (error == httplib::Error::ConnectionTimeout) return "no answer in time";
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), nullptr, nullptr, &found); code != 0)
    return gai_strerror(code);
  freeaddrinfo(found);
  return "the connection was refused";
}

/// A peer that has closed the connection makes the next write fail instead of ending the process: httplib
/// does not ask for that itself. Restored afterwards, since output into a closed pipe shall end the process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

}  // namespace

Result<HttpAnswer> ask(const std::string& server, const HttpQuestion& question, milliseconds timeout) {
  const auto address = read_address(server);
  if (!address) {
    return Error::permanent("'" + server +
                            "' is no address of a server: it looks like http://127.0.0.1:8080");
  }
  httplib::Client client(address->host, address->port);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
  const WithoutSigpipe without_sigpipe;
  const auto began = std::chrono::steady_clock::now();
  const httplib::Result result = client.send(to_request(address->both, question));
  if (result) return HttpAnswer{result->status, result->body};
  if (result.error() == httplib::Error::Connection || result.error() == httplib::Error::ConnectionTimeout) {
    return Error::retryable("cannot connect to " + server + ": " +
                            why_not_connected(result.error(), address->host) +
                            ". Is `firstcome serve` running there?");
  }
  const bool in_time = std::chrono::steady_clock::now() - began < timeout;
  return Error::unknown(server + " gave no answer: " +
                        (in_time ? "the connection was closed"
                                 : "nothing came within " + std::to_string(timeout.count() / 1'000) + " s") +
                        ". What was asked may have happened. " + question.unanswered);
}

}  // namespace firstcome::cli
