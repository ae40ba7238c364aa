#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/peer_address.h"

namespace firstcome::net {

enum class Method : std::uint8_t { Get, Head, Post, Patch, Options, Other };

/// As in HTTP; "other" for Other.
constexpr std::string_view name_of(Method method) {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Head: return "HEAD";
    case Method::Post: return "POST";
    case Method::Patch: return "PATCH";
    case Method::Options: return "OPTIONS";
    case Method::Other: break;
  }
  return "other";
}

/// The parts of a request that an edge uses. Filled by the parser. Reused for later requests, so that its strings keep
/// their memory.
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
  std::optional<bool> ids_are_strings;       ///< Accept: …;ids=string or ids=number
  std::optional<std::string> if_match;       ///< several fields are joined to one list
  std::optional<std::string> idempotency_key;
  std::optional<std::string> origin;
  std::optional<std::string> authorization;
  std::string authorization_memory;            ///< of an earlier request, for the next one
  std::optional<std::string> forwarded;        ///< several fields are joined to one list
  std::optional<std::string> x_forwarded_for;  ///< likewise
  std::optional<std::string> traceparent;      ///< likewise, so that several are not valid
  std::optional<std::string> tracestate;       ///< likewise
  std::string host;
  std::string body;

  void clear();
  /// The memory of its strings, in bytes.
  [[nodiscard]] std::size_t memory() const;
};

/// Why bytes are not a request that can be handled.
enum class RequestError : std::uint8_t {
  BadRequest,
  RequestTimeout,
  PayloadTooLarge,
  ExpectationFailed,
  HeaderTooLarge,
  NotImplemented,
  VersionNotSupported,
};

/// Now: the response is filled. Later: it follows.
enum class Handled : std::uint8_t { Now, Later };

/// A request of a connection and its response. Reused for later requests.
struct RoundTrip {
  bool admin = false;  ///< the connection was accepted by the admin listener
  PeerAddress peer;    ///< the other end of the connection: the client, or a proxy in front of it
  bool close = false;  ///< the connection closes after this response
  Request request;
  std::string response;       ///< bytes to send
  std::string_view document;  ///< bytes to send after `response`, of a text that is never freed; usually none

  /// Clears the request and the response, and frees their memory if it is more than `kept` bytes. Returns the bytes freed.
  std::size_t give_back_memory(std::size_t kept);
};

}  // namespace firstcome::net
