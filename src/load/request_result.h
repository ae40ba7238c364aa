#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firstcome::load {

/// The result of one request, as the generator counts it.
enum class RequestResult : std::uint8_t {
  // Results that the server returns by name.
  Success,
  AlreadyIssued,
  SoldOut,
  NotStarted,
  Ended,
  Paused,
  Closed,
  UnknownPolicy,
  NotEligible,
  Refused,
  // Only of commands of coupons.
  Accepted,
  Unchanged,
  AlreadyUsed,
  Reserved,
  Cancelled,
  Expired,
  NotYetValid,
  NotReserved,
  NotUsed,
  UnknownCoupon,
  // Not final.
  Pending,
  Overloaded,
  Unavailable,
  OutcomeUnknown,
  TooManyRequests,
  OtherRefusal,  ///< any other response with a status of 400 or more
  // No valid response. The server may or may not have appended the request.
  Unreadable,  ///< the response violates HTTP or the interface
  Broken,      ///< the connection ended
  TimedOut,    ///< no response within Plan::timeout
  CutOff,      ///< the generator broke the connection, see PlannedRequest::Cut
};
inline constexpr std::size_t kRequestResults = 30;

constexpr std::size_t index_of(RequestResult result) { return static_cast<std::size_t>(result); }
/// The server's name, such as SOLD_OUT; empty if the server has none.
std::string_view name_of(RequestResult result);
/// In reports for programs: the server's name, or the generator's, such as CONNECTION_BROKE.
std::string_view key_of(RequestResult result);
/// In tables for people: SOLD_OUT, or "connection broke".
std::string_view text_of(RequestResult result);
/// The result with this name in the response; empty if it is not in the list above.
std::optional<RequestResult> result_named(std::string_view name);

constexpr bool is_answer(RequestResult result) { return result < RequestResult::Unreadable; }
/// A final answer to the request for a coupon, or to the command of one.
constexpr bool is_final(RequestResult result) { return result <= RequestResult::UnknownCoupon; }

}  // namespace firstcome::load
