#pragma once

#include <chrono>
#include <cstdint>

#include "domain/code.h"
#include "domain/place.h"
#include "domain/policy.h"
#include "domain/record.h"

namespace firstcome::check {

/// A time on the steady clock of the history's writer, from that clock's zero.
using Moment = std::chrono::nanoseconds;
inline constexpr Moment kNever = Moment::max();

enum class RequestKind : std::uint8_t {
  Coupon,         ///< POST .../coupons
  Command,        ///< a policy command
  Ticket,         ///< GET /v1/requests/{ticket}
  CouponCommand,  ///< a command of a coupon
};

enum class ResponseKind : std::uint8_t {
  Decided,      ///< `code` is the result: final if it has a place, an early refusal if it has an asOf
  Pending,      ///< 202: appended at its place, not yet decided
  NotAppended,  ///< the server refused the request without appending it (503 and others)
  Unknown,      ///< it may be appended, now or later: 503 OUTCOME_UNKNOWN, or the connection broke
  NotFound,     ///< of a ticket: 404
};

enum class PlaceKind : std::uint8_t {
  None,
  Ticket,  ///< the record of the request, as its ticket names it
  AsOf,    ///< of an early refusal: it refers to the journal before this place
};

/// One request and its response. Small, because a history has millions of them.
struct HistoryRow {
  PolicyId policy;
  UserId user;               ///< 0 for a command of either kind
  Moment sent{};             ///< before the first byte was written
  Moment answered = kNever;  ///< after the last byte was read
  Timestamp issued_at{};     ///< 0: not in the response
  Offset offset = 0;         ///< this and the next: the place that `place_kind` describes
  Partition partition = 0;
  std::int32_t sequence = 0;   ///< 0: not in the response; of a command of a coupon: that of the request
  std::int32_t max_count = 0;  ///< this and the next: of the policy that a command returned; 0: none
  std::int32_t revision = 0;
  std::uint32_t reference = 0;  ///< of a command of a coupon: number in Evidence::references, from 1
  RequestKind request = RequestKind::Coupon;
  ResponseKind response = ResponseKind::Unknown;
  Code code = Code::None;
  PolicyCommand::Kind command = PolicyCommand::Kind::Create;  ///< of a command
  PlaceKind place_kind = PlaceKind::None;
  std::int16_t ordinal = 1;        ///< of the requested coupon among the user's
  std::int16_t named_ordinal = 0;  ///< of the coupon in the response; 0: not in it
  CouponCommand::Kind coupon_command = CouponCommand::Kind::Use;  ///< of a command of a coupon
  bool ticket_of_another = false;  ///< its ticket names another policy or user than the request

  [[nodiscard]] bool got(Code result) const { return response == ResponseKind::Decided && code == result; }
  [[nodiscard]] bool names_coupon() const { return got(Code::Success) || got(Code::AlreadyIssued); }
  /// A user at the limit who asks for another coupon gets the newest one named, not the one that was asked for.
  [[nodiscard]] bool names_requested_coupon() const {
    return names_coupon() && (named_ordinal == 0 || named_ordinal == ordinal);
  }
  [[nodiscard]] bool is_command() const {
    return request == RequestKind::Command || request == RequestKind::CouponCommand;
  }
  [[nodiscard]] bool has_ticket() const { return place_kind == PlaceKind::Ticket; }
  [[nodiscard]] bool has_place() const { return place_kind != PlaceKind::None; }
  [[nodiscard]] bool is_early() const {
    return place_kind == PlaceKind::AsOf && response == ResponseKind::Decided;
  }
  [[nodiscard]] Place place() const { return {partition, offset}; }
  void set_place(PlaceKind kind, Place at) {
    place_kind = kind;
    partition = at.partition;
    offset = at.offset;
  }
};
static_assert(sizeof(HistoryRow) <= 80);

}  // namespace firstcome::check
