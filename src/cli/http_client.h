#pragma once

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

/// Sends one request to `server` (http://host:port or https://host:port) and waits for the response. The error is Unknown if the
/// server may have processed the request.
Result<HttpResponse> send_request(const std::string& server, const HttpRequest& request,
                                  milliseconds timeout);

}  // namespace firstcome::cli
