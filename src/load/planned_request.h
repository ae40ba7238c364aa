#pragma once

#include <cstdint>
#include <string_view>

#include "domain/ids.h"

namespace firstcome::load {

/// A time on this process's steady clock, in ns.
using Tick = std::int64_t;
inline constexpr Tick kNever = -1;

/// One request to send.
struct PlannedRequest {
  enum class Kind : std::uint8_t { Coupon, Fixed, Ticket };
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
};

}  // namespace firstcome::load
