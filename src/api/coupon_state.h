#pragma once

#include <string_view>

#include "replica/answer.h"

namespace firstcome::api {

inline constexpr std::string_view kExpired = "EXPIRED";

/// The state at the coupon's clock. A hold lapses and a coupon expires by the clock alone; no record says so.
inline std::string_view shown_state(const CouponLife& life, std::optional<Timestamp> expires_at,
                                    Timestamp clock) {
  if (life.state == CouponState::Used || life.state == CouponState::Cancelled) return name_of(life.state);
  if (expires_at && clock >= *expires_at) return kExpired;
  const bool is_held = life.state == CouponState::Reserved && clock < life.held_until;
  return name_of(is_held ? CouponState::Reserved : CouponState::Issued);
}
inline std::string_view shown_state(const replica::CouponAsOf& coupon) {
  return shown_state(coupon.life, coupon.expires_at, coupon.clock);
}

}  // namespace firstcome::api
