#pragma once

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/limits.h"
#include "api/route.h"

namespace firstcome::api {

/// The commands of one coupon. They go through the journal like requests.
class CouponCalls {
 public:
  struct Parts {
    Callers& callers;
    admission::Admission& admission;
    Answering& answering;
    BodyReader& bodies;
    Limits& limits;
    const CallSettings& settings;
  };
  explicit CouponCalls(const Parts& parts) : parts_(parts) {}

  template <CouponCommand::Kind kind>
  net::Handled command(const Target& target, Exchange& exchange, Now now) {
    return command(kind, target, exchange, now);
  }

 private:
  net::Handled command(CouponCommand::Kind kind, const Target& target, Exchange& exchange, Now now);
  /// A user may only cancel a coupon of their own. False: the exchange holds the refusal.
  bool limit_to_user(CouponCommand& command, Exchange& exchange, Now now);

  const Parts parts_;
};

}  // namespace firstcome::api
