#include "cli/http_client.h"

#include <fmt/core.h>
#include <httplib.h>
#include <netdb.h>

#include <csignal>
#include <optional>

#include "text/host_port.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

struct Address {
  std::string host;
  int port = 0;
  std::string host_and_port;  ///< for the Host header
};

std::optional<Address> read_address(std::string_view server) {
  constexpr std::string_view kScheme = "http://";
  if (server.starts_with(kScheme)) server.remove_prefix(kScheme.size());
  while (server.ends_with('/')) server.remove_suffix(1);
  if (server.find('/') != std::string_view::npos) return std::nullopt;
  const auto parts = text::parse_host_port(server);
  if (!parts || parts->port.value_or(0) == 0) return std::nullopt;
  return Address{std::string(parts->host), *parts->port, std::string(server)};
}

httplib::Request to_httplib(const std::string& host, const HttpRequest& from) {
  httplib::Request request;
  request.method = from.method;
  request.path = from.target;
  request.set_header("Host", host);
  if (!from.credential.empty()) request.set_header("Authorization", "Bearer " + from.credential);
  if (!from.if_match.empty()) request.set_header("If-Match", from.if_match);
  if (from.method != "GET") {
    request.set_header("Content-Type", "application/json");
    request.body = from.body;
  }
  return request;
}

/// httplib returns the same error for an unknown host name and a refused connection.
std::string describe_connection_error(httplib::Error error, const std::string& host) {
  if (error == httplib::Error::ConnectionTimeout) return "timed out";
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), nullptr, nullptr, &found); code != 0)
    return gai_strerror(code);
  freeaddrinfo(found);
  return "the connection was refused";
}

/// Ignores SIGPIPE, so that a write to a closed connection fails instead of ending the process; httplib does
/// not do this. Restores the handler afterwards: output into a closed pipe must end the process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

}  // namespace

Result<HttpResponse> send_request(const std::string& server, const HttpRequest& request,
                                  milliseconds timeout) {
  const auto address = read_address(server);
  if (!address) {
    return Error::permanent("'{}' is not the address of a server.", text::without_secrets(server))
        .with_hint("An address looks like http://127.0.0.1:8080.");
  }
  httplib::Client client(address->host, address->port);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
  const WithoutSigpipe without_sigpipe;
  const auto began = std::chrono::steady_clock::now();
  const httplib::Result result = client.send(to_httplib(address->host_and_port, request));
  if (result) return HttpResponse{result->status, result->body};
  if (result.error() == httplib::Error::Connection || result.error() == httplib::Error::ConnectionTimeout) {
    return Error::retryable("cannot connect to {}: {}.", server,
                            describe_connection_error(result.error(), address->host))
        .with_hint("Is `firstcome serve` running there?");
  }
  const bool in_time = std::chrono::steady_clock::now() - began < timeout;
  const std::string why =
      in_time ? "it closed the connection" : fmt::format("timed out after {} s", timeout.count() / 1'000);
  return Error::unknown("no response from {}: {}. The server may have processed the request.", server, why)
      .with_hint(request.if_unanswered);
}

}  // namespace firstcome::cli
