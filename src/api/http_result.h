#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "admission/reply.h"
#include "domain/code.h"
#include "net/request.h"

/// The one place where results become HTTP statuses.
namespace firstcome::api {

/// What can be wrong before, or instead of, a decision.
enum class Problem : std::uint8_t {
  BadRequest,
  Unauthorized,
  Forbidden,
  NotFound,
  MethodNotAllowed,
  RequestTimeout,
  Gone,
  PayloadTooLarge,
  UnsupportedMediaType,
  ExpectationFailed,
  Invalid,
  HeaderTooLarge,
  NotImplemented,
  Overloaded,
  Unavailable,
  OutcomeUnknown,
  VersionNotSupported,
};
inline constexpr std::size_t kProblemCount = 17;

/// `result` in the body, and the status that goes with it.
struct HttpResult {
  std::string_view name;
  int status;
};

constexpr HttpResult http_result(Problem problem) {
  constexpr std::array<HttpResult, kProblemCount> kTable{{
      {"BAD_REQUEST", 400},
      {"UNAUTHORIZED", 401},
      {"FORBIDDEN", 403},
      {"NOT_FOUND", 404},
      {"METHOD_NOT_ALLOWED", 405},
      {"REQUEST_TIMEOUT", 408},
      {"GONE", 410},
      {"PAYLOAD_TOO_LARGE", 413},
      {"UNSUPPORTED_MEDIA_TYPE", 415},
      {"EXPECTATION_FAILED", 417},
      {"INVALID", 422},
      {"HEADER_TOO_LARGE", 431},
      {"NOT_IMPLEMENTED", 501},
      {"OVERLOADED", 503},
      {"UNAVAILABLE", 503},
      {"OUTCOME_UNKNOWN", 503},
      {"HTTP_VERSION_NOT_SUPPORTED", 505},
  }};
  return kTable[static_cast<std::size_t>(problem)];
}

/// The status of a POST or PATCH whose record was decided so. The codes that no caller of ours can be told
/// (holes, records of other clients, rules) are 500: to answer with one would be a bug.
constexpr int http_status(Code code) {
  switch (code) {
    case Code::Success: return 201;
    case Code::AlreadyIssued: return 200;
    case Code::SoldOut:
    case Code::NotStarted:
    case Code::Ended:
    case Code::Paused:
    case Code::Closed: return 409;
    case Code::UnknownPolicy: return 404;
    case Code::Invalid: return 422;
    case Code::Accepted:
    case Code::Unchanged: return 200;
    case Code::Refused: return 409;
    case Code::Stale: return 412;
    case Code::Exists: return 409;
    case Code::None:
    case Code::Forwarded:
    case Code::Duplicate:
    case Code::Rules: break;
  }
  return 500;
}

/// Is the answer a refusal, to be told as application/problem+json?
constexpr bool is_problem(int status) { return status >= 400; }

/// The problem that says why nothing is decided (yet). Pending is no problem: 202.
constexpr Problem problem_of(admission::Outcome outcome) {
  switch (outcome) {
    case admission::Outcome::Overloaded: return Problem::Overloaded;
    case admission::Outcome::OutcomeUnknown: return Problem::OutcomeUnknown;
    default: return Problem::Unavailable;
  }
}

constexpr Problem problem_of(net::RequestError error) {
  switch (error) {
    case net::RequestError::BadRequest: return Problem::BadRequest;
    case net::RequestError::RequestTimeout: return Problem::RequestTimeout;
    case net::RequestError::PayloadTooLarge: return Problem::PayloadTooLarge;
    case net::RequestError::ExpectationFailed: return Problem::ExpectationFailed;
    case net::RequestError::HeaderTooLarge: return Problem::HeaderTooLarge;
    case net::RequestError::NotImplemented: return Problem::NotImplemented;
    case net::RequestError::VersionNotSupported: return Problem::VersionNotSupported;
  }
  return Problem::BadRequest;
}

inline constexpr int kStatusPending = 202;
inline constexpr std::string_view kResultPending = "PENDING";

/// The reason phrase; for every status this file knows.
constexpr std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace firstcome::api
