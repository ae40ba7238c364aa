#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/id_form.h"
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

/// A coupon as callers and exports see it. A view into the coupon and its life.
struct ShownCoupon {
  const Coupon& coupon;
  std::string_view state;
  std::string_view reference;           ///< what holds, used or cancelled it; empty: nothing
  std::optional<Timestamp> held_until;  ///< only RESERVED
  std::optional<Timestamp> valid_from;
  std::optional<Timestamp> expires_at;
};

ShownCoupon shown_coupon(const Policy& policy, const Coupon& coupon, const CouponLife& life, Timestamp clock);
ShownCoupon shown_coupon(const replica::CouponAsOf& coupon);

/// Appends the members of a coupon to a JSON object, from "sequence" to "expiresAt".
void append_coupon(const ShownCoupon& coupon, IdForm ids, std::string& out);

}  // namespace firstcome::api
