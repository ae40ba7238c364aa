#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "domain/result.h"
#include "domain/time.h"
#include "net/tls_context.h"

namespace firstcome::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  std::string body{};        ///< JSON, or empty
  std::string credential{};  ///< a key or a user token, sent as `Authorization: Bearer` unless empty
  std::string if_match{};
  std::string idempotency_key{};
  net::TlsContext::ClientFiles tls{};  ///< for https://
  std::string if_unanswered =
      "It is safe to repeat the command.";  ///< hint of the error if no response arrives
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

/// Sends requests to one server over one connection, which it keeps open. Used by one thread at a time.
class HttpClient {
 public:
  /// `server`: http://host:port or https://host:port. `tls` is for https://, instead of that of the requests.
  HttpClient(std::string server, net::TlsContext::ClientFiles tls, milliseconds timeout);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  /// Waits for the response. The error is Unknown if the server may have processed the request.
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Connection;
  std::string server_;
  net::TlsContext::ClientFiles tls_;
  milliseconds timeout_;
  std::unique_ptr<Connection> connection_;  ///< null before the first request, and after a failed one
};

/// Ignores SIGPIPE, so that a write to a closed connection fails instead of ending the process; httplib does
/// not do this. Restores the handler afterwards: output into a closed pipe must end the process. Threads that send
/// need one around all of them.
class WithoutSigpipe {
 public:
  WithoutSigpipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutSigpipe() { std::signal(SIGPIPE, before_); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  void (*before_)(int);
};

/// Sends one request to `server` (http://host:port or https://host:port) and waits for the response. The error is Unknown if the
/// server may have processed the request.
Result<HttpResponse> send_request(const std::string& server, const HttpRequest& request,
                                  milliseconds timeout);

}  // namespace firstcome::cli
