#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace firstcome::net {

enum class Method : std::uint8_t { Get, Head, Post, Patch, Options, Other };

/// What a request said, as far as the edge cares. Filled by the parser; reused from request to request, so
/// that its strings keep their memory.
struct Request {
  Method method = Method::Other;
  std::string target;  ///< origin form: /path?query
  bool keep_alive = true;
  bool http_1_0 = false;
  bool json = false;  ///< Content-Type is application/json
  bool expects_continue = false;
  bool has_body = false;
  bool has_host = false;
  bool has_content_type = false;
  bool asks_method = false;                  ///< Access-Control-Request-Method: a preflight
  bool respond_async = false;                ///< Prefer: respond-async
  std::optional<std::int64_t> wait_seconds;  ///< Prefer: wait=N
  std::optional<std::string> if_match;       ///< said several times: one list
  std::optional<std::string> origin;
  std::optional<std::string> authorization;
  std::string host;
  std::string body;

  void clear();
};

/// Why bytes are no request that could be handled.
enum class RequestError : std::uint8_t {
  BadRequest,
  RequestTimeout,
  PayloadTooLarge,
  ExpectationFailed,
  HeaderTooLarge,
  NotImplemented,
  VersionNotSupported,
};

/// Did a call answer at once (the response is filled), or will it later?
enum class Handled : std::uint8_t { Now, Later };

/// A request of a connection and the bytes that answer it; kept from request to request.
struct RoundTrip {
  bool admin = false;  ///< came in by the admin listener
  bool close = false;  ///< the connection ends with this response
  Request request;
  std::string response;  ///< bytes to send
};

}  // namespace firstcome::net
