#include "api/coupon_calls.h"

#include <utility>

namespace firstcome::api {

net::Handled CouponCalls::command(CouponCommand::Kind kind, const Target& target, Exchange& exchange,
                                  Now now) {
  exchange.sequence = target.sequence;
  auto command = parts_.bodies.coupon_command(exchange.request.body, kind);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  command->policy = target.policy;
  command->sequence = target.sequence;
  if (!limit_to_user(*command, exchange, now)) return net::Handled::Now;
  if (target.sequence > kMaxCountLimit) {  // no policy can have it, and its record would be INVALID
    parts_.answering.coupon({.decision = {.code = Code::UnknownCoupon}, .policy = target.policy}, exchange);
    return net::Handled::Now;
  }
  command->who = exchange.sender.name;
  if (command->who.empty()) command->who = exchange.sender.user.valid() ? "user" : "admin";
  exchange.wait = parts_.settings.wait(exchange.request);
  const auto reply = parts_.admission.command(exchange.caller, std::move(*command), exchange.wait, now);
  if (!reply) return net::Handled::Later;
  parts_.answering.coupon(*reply, exchange);
  return net::Handled::Now;
}

bool CouponCalls::limit_to_user(CouponCommand& command, Exchange& exchange, Now now) {
  const UserId of_token = exchange.sender.user;
  if (command.user) exchange.user = *command.user;
  if (!of_token.valid()) return true;
  if (command.user && *command.user != of_token) {
    parts_.answering.problem(Problem::Forbidden, "userId must be the user of the token; or send no userId.",
                             exchange);
    return false;
  }
  command.user = of_token;
  exchange.user = of_token;
  const auto refusal =
      parts_.limits.press(exchange.sender, exchange.client, of_token, command.policy, now.steady);
  if (refusal) parts_.answering.problem(Problem::TooManyRequests, {}, exchange, *refusal);
  return !refusal;
}

}  // namespace firstcome::api
