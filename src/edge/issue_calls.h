#pragma once

#include "edge/admission.h"
#include "edge/answering.h"
#include "edge/call_settings.h"
#include "edge/exchange.h"
#include "edge/json_body.h"
#include "edge/route.h"

namespace firstcome::edge {

/// POST /v1/policies/{id}/coupons: the call all of this is for.
class IssueCalls {
 public:
  IssueCalls(Admission& admission, Answering& answering, BodyReader& bodies, const CallSettings& settings)
      : admission_(admission), answering_(answering), bodies_(bodies), settings_(settings) {}

  Handled issue(const Route& route, Exchange& exchange, Now now);
  /// The same up to admission, then a constant: what an issue call is measured against.
  Handled fixed(const Route& route, Exchange& exchange);
  void replied(const Reply& reply, Exchange& exchange) { answering_.issue(reply, exchange); }

 private:
  /// Nothing: the exchange holds the refusal.
  std::optional<UserId> user(Exchange& exchange);

  Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const CallSettings& settings_;
};

}  // namespace firstcome::edge
