#include "api/access_control.h"

#include <fmt/core.h>

namespace firstcome::api {
namespace {

using access::Caller;
using access::Denial;
using access::Scope;

constexpr std::string_view kChallenge = "WWW-Authenticate: Bearer realm=\"firstcome\"\r\n";
/// RFC 6750 §3.1.
constexpr std::string_view kInvalidToken =
    "WWW-Authenticate: Bearer realm=\"firstcome\", error=\"invalid_token\"\r\n";

/// The policy that a request names in its path or its query.
PolicyId named_policy(const Target& target) {
  if (target.policy.valid()) return target.policy;
  const auto text = query_value(target.query, "policyId");
  const auto id = text ? parse_id(*text) : std::nullopt;
  return id ? PolicyId{*id} : PolicyId{};
}

/// The scopes of which a key needs one, as in the field `scope` of WWW-Authenticate.
std::string_view scopes_for(Access access) {
  switch (access) {
    case Access::Issue: return "issue";
    case Access::Read: return "read admin";
    case Access::Ticket:
    case Access::Coupons: return "read";
    case Access::Metrics: return "metrics";
    case Access::Command: return "admin";
    case Access::ReadCoupon: return "read use admin";
    case Access::UseCoupon:
    case Access::CancelCoupon: return "use admin";
    case Access::Anyone:
    case Access::Description:
    case Access::OwnCoupons: break;
  }
  return {};
}

bool allows(const access::Scopes& scopes, Access access) {
  switch (access) {
    case Access::Anyone:
    case Access::Description:
    case Access::OwnCoupons: return true;
    case Access::Issue: return scopes.has(Scope::Issue);
    case Access::Read: return scopes.has(Scope::Read) || scopes.has(Scope::Admin);
    case Access::Ticket:
    case Access::Coupons: return scopes.has(Scope::Read);
    case Access::Metrics: return scopes.has(Scope::Metrics);
    case Access::Command: return scopes.has(Scope::Admin);
    case Access::ReadCoupon:
      return scopes.has(Scope::Read) || scopes.has(Scope::Use) || scopes.has(Scope::Admin);
    case Access::UseCoupon:
    case Access::CancelCoupon: return scopes.has(Scope::Use) || scopes.has(Scope::Admin);
  }
  return false;
}

}  // namespace

AccessControl::AccessControl(const access::CredentialSource* credentials, AnonymousAccess anonymous,
                             Answering& answering)
    : anonymous_(anonymous), answering_(answering) {
  if (credentials != nullptr) authenticator_.emplace(*credentials);
}

bool AccessControl::admits(const Route& route, const Target& target, Exchange& exchange, Now now) {
  caller_ = nullptr;
  if (route.access == Access::Anyone) return true;
  if (!identify(exchange, now)) return false;
  if (caller_ == nullptr) return admits_anonymous(route, exchange);
  if (caller_->kind == Caller::Kind::User) return admits_user(route, target, exchange);
  return admits_key(route, target, exchange);
}

bool AccessControl::identify(Exchange& exchange, Now now) {
  const auto& authorization = exchange.request.authorization;
  if (!authorization) return true;
  if (!authenticator_) return refuse(Denial::NotConfigured, exchange);
  const auto verification = authenticator_->verify(*authorization, now.wall);
  if (verification.denial != Denial::None) return refuse(verification.denial, exchange);
  caller_ = verification.caller;
  exchange.sender.kind = caller_->kind;
  exchange.sender.user = caller_->user;
  exchange.sender.principal = caller_->principal;
  exchange.sender.name.assign(caller_->name);
  return true;
}

bool AccessControl::admits_anonymous(const Route& route, Exchange& exchange) {
  bool admitted = exchange.admin ? anonymous_.operators : anonymous_.users;
  if (!exchange.admin && route.access == Access::Description) admitted = true;
  const bool is_list = route.access == Access::Coupons || route.access == Access::ReadCoupon;
  const bool is_command = route.access == Access::UseCoupon || route.access == Access::CancelCoupon;
  if (!exchange.admin && is_command) admitted = false;
  if (!exchange.admin && is_list) admitted = anonymous_.users && anonymous_.lists;
  if (route.access == Access::OwnCoupons) admitted = false;
  if (!admitted) answering_.problem(Problem::Unauthorized, {}, exchange, kChallenge);
  return admitted;
}

bool AccessControl::admits_user(const Route& route, const Target& target, Exchange& exchange) {
  if (exchange.admin) return forbid("The admin listener requires a key; a user token is not one.", exchange);
  if (route.access == Access::Issue && !caller_->may_use(target.policy)) {
    return forbid(fmt::format("This token does not permit requests for policy {}.", target.policy.value),
                  exchange);
  }
  if (route.access == Access::UseCoupon) {
    return forbid(
        "A token permits only to cancel a coupon of its own user. For other commands send a key with scope use.",
        exchange);
  }
  if (route.access == Access::Coupons && target.user != caller_->user) {
    return forbid("A token permits reading the coupons of its own user only.", exchange);
  }
  return true;
}

bool AccessControl::admits_key(const Route& route, const Target& target, Exchange& exchange) {
  if (route.access == Access::OwnCoupons) {
    return forbid("A key has no user. Name one: /v1/users/{userId}/coupons.", exchange);
  }
  if (!allows(caller_->scopes, route.access)) return forbid_scope(scopes_for(route.access), exchange);
  if (!caller_->policies || route.access == Access::Description || route.access == Access::Metrics)
    return true;
  if (!target.ticket.empty()) return true;  // admits_reading() follows, when the ticket is decoded
  const PolicyId policy = named_policy(target);
  if (!policy.valid())
    return forbid("This key is for some policies only: the request must name one.", exchange);
  if (caller_->may_use(policy)) return true;
  return forbid(fmt::format("This key does not permit requests about policy {}.", policy.value), exchange);
}

bool AccessControl::admits_reading(PolicyId policy, UserId user, Exchange& exchange) {
  if (caller_ == nullptr) return true;
  if (caller_->kind == Caller::Kind::User) {
    if (user == caller_->user) return true;
    return forbid("A token permits reading the tickets of its own user only.", exchange);
  }
  if (caller_->may_use(policy)) return true;
  return forbid(fmt::format("This key does not permit requests about policy {}.", policy.value), exchange);
}

bool AccessControl::refuse(Denial denial, Exchange& exchange) {
  exchange.denial = denial;
  answering_.problem(Problem::Unauthorized, access::explain(denial), exchange, kInvalidToken);
  return false;
}

bool AccessControl::forbid(std::string_view detail, Exchange& exchange) {
  answering_.problem(Problem::Forbidden, detail, exchange);
  return false;
}

bool AccessControl::forbid_scope(std::string_view scopes, Exchange& exchange) {
  const std::string challenge = fmt::format(
      "WWW-Authenticate: Bearer realm=\"firstcome\", error=\"insufficient_scope\", scope=\"{}\"\r\n", scopes);
  const auto last = scopes.rfind(' ');
  std::string named(scopes.substr(0, last));
  for (auto space = named.find(' '); space != std::string::npos; space = named.find(' ', space + 2)) {
    named.replace(space, 1, ", ");
  }
  if (last != std::string_view::npos) named += fmt::format(" or {}", scopes.substr(last + 1));
  const std::string detail = fmt::format("This key lacks the scope {}.", named);
  answering_.problem(Problem::Forbidden, detail, exchange, challenge);
  return false;
}

}  // namespace firstcome::api
