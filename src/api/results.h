#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "admission/reply.h"
#include "domain/code.h"
#include "net/request.h"

namespace firstcome::api {

/// The row of a result in kResults. Counters of requests are indexed by it.
using ResultLabel = std::uint8_t;

/// What can be wrong before a decision, or instead of one. The numbers are labels.
enum class Problem : std::uint8_t {
  Invalid =
      static_cast<std::uint8_t>(Code::Invalid),  ///< the same result, from this node or from the journal
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
  HeaderTooLarge,
  NotImplemented,
  Overloaded,
  Unavailable,
  OutcomeUnknown,
  VersionNotSupported,
};

constexpr ResultLabel label_of(Code code) { return static_cast<ResultLabel>(code); }
constexpr ResultLabel label_of(Problem problem) { return static_cast<ResultLabel>(problem); }
inline constexpr ResultLabel kPending = label_of(Problem::VersionNotSupported) + 1;
inline constexpr ResultLabel kOk = kPending + 1;  ///< a response without `result`, like a list
inline constexpr std::size_t kResultCount = kOk + 1;

struct ResultRow {
  ResultLabel label;
  std::string_view name;     ///< `result` in the body. The type of a problem is made of it: sold-out.
  int status;                ///< HTTP. Of a code: where a POST or PATCH is decided so.
  std::string_view meaning;  ///< for people; the description in openapi.json

  [[nodiscard]] constexpr bool is_problem() const { return status >= 400; }
};

namespace detail {

constexpr ResultRow row(Code code, int status) {
  return {label_of(code), name_of(code), status, meaning_of(code)};
}
constexpr ResultRow row(Problem problem, std::string_view name, int status, std::string_view meaning) {
  return {label_of(problem), name, status, meaning};
}

}  // namespace detail

// clang-format off
/// Every result of the API, by label: the codes of domain/code.h with their HTTP statuses, then the rest.
inline constexpr std::array kResults = [] {
  using detail::row;
  return std::to_array<ResultRow>({
    // Never in a response (so 500): records without a decision, of other clients, or of the rules.
    row(Code::None,          500),
    row(Code::Success,       201),
    row(Code::AlreadyIssued, 200),
    row(Code::SoldOut,       409),
    row(Code::NotStarted,    409),
    row(Code::Ended,         409),
    row(Code::Paused,        409),
    row(Code::Closed,        409),
    row(Code::UnknownPolicy, 404),
    row(Code::Invalid,       422),
    row(Code::Forwarded,     500),
    row(Code::Duplicate,     500),
    row(Code::Accepted,      200),
    row(Code::Refused,       409),
    row(Code::Stale,         412),
    row(Code::Exists,        409),
    row(Code::Rules,         500),
    row(Code::Unchanged,     200),
    row(Problem::BadRequest,           "BAD_REQUEST",                400, "The request is not valid HTTP or JSON, or a parameter is malformed."),
    row(Problem::Unauthorized,         "UNAUTHORIZED",               401, "The server was started with --admin-key-file, and the key is missing or wrong."),
    row(Problem::Forbidden,            "FORBIDDEN",                  403, "A web page of another origin sent the request. Or Host is not localhost, 127.0.0.1 or [::1], and the server was started without --admin-key-file."),
    row(Problem::NotFound,             "NOT_FOUND",                  404, "Unknown path, or a policy or user id in it is malformed."),
    row(Problem::MethodNotAllowed,     "METHOD_NOT_ALLOWED",         405, "The path does not take this method on this listener."),
    row(Problem::RequestTimeout,       "REQUEST_TIMEOUT",            408, "The request took longer than --request-timeout to arrive. The connection is closed."),
    row(Problem::Gone,                 "GONE",                       410, "The ticket is of a refusal, which is kept for a limited time. Or the data were restored from a backup, or are a copy, and the ticket is not of this history."),
    row(Problem::PayloadTooLarge,      "PAYLOAD_TOO_LARGE",          413, "The body is longer than --max-body. The connection is closed."),
    row(Problem::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",     415, "The Content-Type is not application/json."),
    row(Problem::ExpectationFailed,    "EXPECTATION_FAILED",         417, "Expect is not 100-continue. The connection is closed."),
    row(Problem::HeaderTooLarge,       "HEADER_TOO_LARGE",           431, "The request line and headers are longer than --max-header. The connection is closed."),
    row(Problem::NotImplemented,       "NOT_IMPLEMENTED",            501, "The transfer coding is not chunked. The connection is closed."),
    row(Problem::Overloaded,           "OVERLOADED",                 503, "Too many requests are waiting. Nothing was recorded. Send the request again."),
    row(Problem::Unavailable,          "UNAVAILABLE",                503, "This node cannot take the request now. Nothing was recorded. Send it again, or to another node."),
    row(Problem::OutcomeUnknown,       "OUTCOME_UNKNOWN",            503, "The journal did not answer in time. Sending the request again is safe: no user gets two coupons."),
    row(Problem::VersionNotSupported,  "HTTP_VERSION_NOT_SUPPORTED", 505, "The HTTP version is not 1.1 or 1.0. The connection is closed."),
    {kPending, "PENDING", 202, "The request is in the journal and was not decided within the wait."},
    {kOk,      "OK",      200, "The response has no result."},
  });
}();
// clang-format on
static_assert([] {
  for (std::size_t i = 0; i < kResultCount; ++i) {
    if (kResults[i].label != i) return false;
  }
  return kResults.size() == kResultCount;
}());

constexpr const ResultRow& row_of(ResultLabel label) { return kResults[label]; }
constexpr const ResultRow& row_of(Code code) { return row_of(label_of(code)); }
constexpr const ResultRow& row_of(Problem problem) { return row_of(label_of(problem)); }

/// SOLD_OUT → urn:firstcome:problem:sold-out
std::string problem_type(const ResultRow& row);
/// SOLD_OUT → Sold out
std::string problem_title(const ResultRow& row);
/// The reason phrase of every status in kResults, and of 204.
std::string_view reason_phrase(int status);

/// Why nothing is decided (yet).
Problem problem_of(admission::ReplyKind kind);
Problem problem_of(net::RequestError error);

}  // namespace firstcome::api
