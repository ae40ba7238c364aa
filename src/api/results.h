#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admission/reply.h"
#include "domain/code.h"
#include "net/request.h"

/// Every value of `result` in a response, with its HTTP status. Responses and metrics read this table, and a test compares
/// openapi.json with it.
namespace firstcome::api {

/// Why there is no decision. The numbers are rows of kResults. An edge and the decider share INVALID.
enum class Problem : std::uint8_t {
  Invalid = static_cast<std::uint8_t>(Code::Invalid),
  BadRequest = kCodeCount,
  Unauthorized,
  Forbidden,
  NotFound,
  MethodNotAllowed,
  RequestTimeout,
  Gone,
  PayloadTooLarge,
  UnsupportedMediaType,
  ExpectationFailed,
  TooManyRequests,
  HeaderTooLarge,
  NotImplemented,
  Overloaded,
  Unavailable,
  OutcomeUnknown,
  VersionNotSupported,
};

/// A row of kResults: a code, a problem, kPending or kOk.
using ResultLabel = std::uint8_t;

struct ResultRow {
  ResultLabel label;
  std::string_view name;  ///< on the wire; the problem type comes from it: urn:firstcome:problem:sold-out
  int status;             ///< of a POST or PATCH with this result; 500: no response has it
  std::string_view meaning;
};

constexpr ResultLabel label_of(Code code) { return static_cast<ResultLabel>(code); }
constexpr ResultLabel label_of(Problem problem) { return static_cast<ResultLabel>(problem); }
inline constexpr ResultLabel kPending = label_of(Problem::VersionNotSupported) + 1;
/// A response without a `result`: it has what was requested.
inline constexpr ResultLabel kOk = kPending + 1;

constexpr ResultRow result(Code code, int status) {
  return {label_of(code), name_of(code), status, meaning_of(code)};
}
constexpr ResultRow result(Problem problem, std::string_view name, int status, std::string_view meaning) {
  return {label_of(problem), name, status, meaning};
}

// clang-format off
inline constexpr auto kResults = std::to_array<ResultRow>({
    result(Code::None, 500),
    result(Code::Success, 201),
    result(Code::AlreadyIssued, 200),
    result(Code::SoldOut, 409),
    result(Code::NotStarted, 409),
    result(Code::Ended, 409),
    result(Code::Paused, 409),
    result(Code::Closed, 409),
    result(Code::UnknownPolicy, 404),
    result(Code::Invalid, 422),
    result(Code::Forwarded, 500),
    result(Code::Duplicate, 500),
    result(Code::Accepted, 200),
    result(Code::Refused, 409),
    result(Code::Stale, 412),
    result(Code::Exists, 409),
    result(Code::Rules, 500),
    result(Code::Unchanged, 200),
    result(Code::UnknownCoupon, 404),
    result(Code::AlreadyUsed, 409),
    result(Code::Reserved, 409),
    result(Code::Cancelled, 409),
    result(Code::Expired, 409),
    result(Code::NotYetValid, 409),
    result(Code::NotReserved, 409),
    result(Code::NotUsed, 409),
    result(Code::NotEligible, 409),
    result(Problem::BadRequest, "BAD_REQUEST", 400, "The request cannot be read."),
    result(Problem::Unauthorized, "UNAUTHORIZED", 401, "Send a key or a user token as Authorization: Bearer."),
    result(Problem::Forbidden, "FORBIDDEN", 403, "This caller may not send this request."),
    result(Problem::NotFound, "NOT_FOUND", 404, "Unknown path."),
    result(Problem::MethodNotAllowed, "METHOD_NOT_ALLOWED", 405, "This path does not accept this method."),
    result(Problem::RequestTimeout, "REQUEST_TIMEOUT", 408, "The request took too long to arrive."),
    result(Problem::Gone, "GONE", 410, "The result of this ticket is no longer stored."),
    result(Problem::PayloadTooLarge, "PAYLOAD_TOO_LARGE", 413, "The body of the request is too long."),
    result(Problem::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", 415, "Send the body as Content-Type: application/json."),
    result(Problem::ExpectationFailed, "EXPECTATION_FAILED", 417, "The only supported expectation is 100-continue."),
    result(Problem::TooManyRequests, "TOO_MANY_REQUESTS", 429, "This caller sends more requests than it may. Nothing was recorded; try again after Retry-After."),
    result(Problem::HeaderTooLarge, "HEADER_TOO_LARGE", 431, "The header of the request is too long."),
    result(Problem::NotImplemented, "NOT_IMPLEMENTED", 501, "The only supported transfer coding is chunked."),
    result(Problem::Overloaded, "OVERLOADED", 503, "Too many requests are waiting. Nothing was recorded; try again."),
    result(Problem::Unavailable, "UNAVAILABLE", 503, "The request cannot be accepted now. Nothing was recorded; try again."),
    result(Problem::OutcomeUnknown, "OUTCOME_UNKNOWN", 503, "The journal has not answered in time. A retry is safe: no user gets two coupons."),
    result(Problem::VersionNotSupported, "HTTP_VERSION_NOT_SUPPORTED", 505, "Use HTTP/1.1 or HTTP/1.0."),
    {kPending, "PENDING", 202, "The request is recorded and will be decided."},
    {kOk, "OK", 200, ""},
});
// clang-format on

static_assert([] {
  for (std::size_t i = 0; i < kResults.size(); ++i) {
    if (kResults[i].label != i) return false;
  }
  return true;
}());

constexpr const ResultRow& result_of(Problem problem) { return kResults[label_of(problem)]; }
constexpr int http_status(Code code) { return kResults[label_of(code)].status; }
/// Why nothing is decided. For Pending, which is 202, and Decided there is no problem.
Problem problem_of(admission::ReplyKind kind);
Problem problem_of(net::RequestError error);
/// True if a response with this status has a body of application/problem+json.
constexpr bool is_problem(int status) { return status >= 400; }
/// For every status of kResults, and 204.
std::string_view reason_phrase(int status);

}  // namespace firstcome::api
