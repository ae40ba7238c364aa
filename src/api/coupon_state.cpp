#include "api/coupon_state.h"

#include "text/json_text.h"

namespace firstcome::api {
namespace {

ShownCoupon shown(const Coupon& coupon, const CouponLife& life, std::optional<Timestamp> valid_from,
                  std::optional<Timestamp> expires_at, Timestamp clock) {
  ShownCoupon shown{.coupon = coupon,
                    .state = shown_state(life, expires_at, clock),
                    .reference = {},
                    .held_until = {},
                    .valid_from = valid_from,
                    .expires_at = expires_at};
  // The last reference holds, uses or cancelled the coupon; one whose hold has lapsed does nothing.
  const bool is_of_reference = shown.state == name_of(life.state) && life.state != CouponState::Issued;
  if (is_of_reference && !life.references.empty()) shown.reference = life.references.back().text;
  if (shown.state == name_of(CouponState::Reserved)) shown.held_until = life.held_until;
  return shown;
}

}  // namespace

ShownCoupon shown_coupon(const Policy& policy, const Coupon& coupon, const CouponLife& life,
                         Timestamp clock) {
  return shown(coupon, life, policy.valid_from, expires_at(policy, coupon.issued_at), clock);
}

ShownCoupon shown_coupon(const replica::CouponAsOf& coupon) {
  return shown(coupon.coupon, coupon.life, coupon.valid_from, coupon.expires_at, coupon.clock);
}

void append_coupon(const ShownCoupon& coupon, IdForm ids, std::string& out) {
  text::append_member("sequence", coupon.coupon.sequence, out);
  text::append_id("userId", coupon.coupon.user.value, ids, out);
  text::append_member("ordinal", coupon.coupon.user_ordinal, out);
  text::append_member("state", coupon.state, out);
  if (!coupon.reference.empty()) text::append_member("reference", coupon.reference, out);
  if (coupon.held_until) text::append_member("heldUntil", *coupon.held_until, out);
  text::append_member("issuedAt", coupon.coupon.issued_at, out);
  text::append_optional_member("validFrom", coupon.valid_from, out);
  text::append_optional_member("expiresAt", coupon.expires_at, out);
}

}  // namespace firstcome::api
