#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/coupon_life.h"
#include "domain/ids.h"

namespace firstcome::load {

/// A time on this process's steady clock, in ns.
using Tick = std::int64_t;
inline constexpr Tick kNever = -1;

/// One request to send.
struct PlannedRequest {
  enum class Kind : std::uint8_t { Coupon, Fixed, Ticket, Command };
  /// Where the client breaks the connection.
  enum class Cut : std::uint8_t {
    None,
    WhileSending,    ///< after half of the request
    WhileReceiving,  ///< after the whole request, when the response arrives
  };
  Kind kind = Kind::Coupon;
  Cut cut = Cut::None;
  std::uint16_t policy = 0;  ///< index into Plan::policies
  UserId user;
  Tick intended = 0;  ///< the time at which it should be sent; latency counts from here
  std::string_view ticket{};
  /// Of a command: what an order does with a coupon. Several orders may command the same coupon.
  CouponCommand::Kind command = CouponCommand::Kind::Use;
  std::uint8_t order = 1;
  std::int32_t sequence = 0;
};

/// The reference of a command.
std::string reference_text(PolicyId policy, std::int32_t sequence, std::uint8_t order);

}  // namespace firstcome::load
