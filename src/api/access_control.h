#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/authenticator.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/route.h"

namespace firstcome::api {

/// Verifies who sends a request, and that this caller may use the route. One per worker, on its thread.
class AccessControl {
 public:
  /// `credentials` may be null: then no credential is right.
  AccessControl(const access::CredentialSource* credentials, AnonymousAccess anonymous, Answering& answering);

  /// Fills `exchange.sender`. False: the exchange holds the refusal.
  bool admits(const Route& route, const Target& target, Exchange& exchange, Now now);
  /// For a ticket and the coupons of `user`: if this caller may read them. False: the exchange holds the refusal.
  bool admits_reading(PolicyId policy, UserId user, Exchange& exchange);

 private:
  /// False: the exchange holds the refusal.
  bool identify(Exchange& exchange, Now now);
  bool admits_anonymous(const Route& route, Exchange& exchange);
  bool admits_user(const Route& route, const Target& target, Exchange& exchange);
  bool admits_key(const Route& route, const Target& target, Exchange& exchange);
  bool refuse(access::Denial denial, Exchange& exchange);
  bool forbid(std::string_view detail, Exchange& exchange);
  bool forbid_scope(std::string_view scopes, Exchange& exchange);

  std::optional<access::Authenticator> authenticator_;
  const AnonymousAccess anonymous_;
  Answering& answering_;
  const access::Caller* caller_ = nullptr;  ///< of the request that is being handled; null: anonymous
};

}  // namespace firstcome::api
