#pragma once

#include "domain/coupon_life.h"
#include "domain/decision.h"

/// What a command does to a coupon. docs/reference/coupon-life.md is made from these functions.
namespace firstcome::decide {

/// What a command of a coupon is decided on.
struct CouponTerms {
  std::optional<Timestamp> valid_from;  ///< first instant at which it may be held or used
  std::optional<Timestamp> expires_at;  ///< first instant at which it is expired
  OnCancel on_cancel = OnCancel::Return;
  std::size_t references_most =
      kReferencesMost;  ///< by the rules in force; a command that was accepted needs no other
};

CouponTerms terms_of(const Policy& policy, Timestamp issued_at);

/// The state at this time: a hold ends by the clock.
CouponState state_at(const CouponLife& life, Timestamp clock);

struct CouponOutcome {
  Code code = Code::Accepted;
  RefusalReason reason = RefusalReason::None;
};

/// Decides one command of a coupon. Changes `life` only if the result is ACCEPTED. UNCHANGED: a repeat of an accepted
/// command, whatever came after it.
CouponOutcome apply_command(const CouponCommand& command, const CouponTerms& terms, Timestamp clock,
                            CouponLife& life);

}  // namespace firstcome::decide
