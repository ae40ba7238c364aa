#pragma once

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/route.h"

namespace firstcome::api {

/// POST /v1/policies/{id}/coupons: the call all of this is for.
class IssueCalls {
 public:
  IssueCalls(admission::Admission& admission, Answering& answering, BodyReader& bodies,
             const CallSettings& settings)
      : admission_(admission), answering_(answering), bodies_(bodies), settings_(settings) {}

  net::Handled issue(const Route& route, Exchange& exchange, Now now);
  /// The same up to admission, then a constant: what an issue call is measured against.
  net::Handled fixed(const Route& route, Exchange& exchange);
  void replied(const admission::Reply& reply, Exchange& exchange) { answering_.issue(reply, exchange); }

 private:
  /// Nothing: the exchange holds the refusal.
  std::optional<UserId> user(Exchange& exchange);

  admission::Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const CallSettings& settings_;
};

}  // namespace firstcome::api
