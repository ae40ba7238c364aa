#include "api/coupon_calls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/coupon_state.h"
#include "api/paging.h"

namespace firstcome::api {
namespace {

constexpr std::size_t kPageMost = 1'000;
constexpr std::array<std::string_view, 5> kShownStates{"ISSUED", "RESERVED", "USED", "CANCELLED", kExpired};

}  // namespace

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
  command->who = exchange.sender.name;
  if (command->who.empty()) command->who = exchange.sender.user.valid() ? "user" : "admin";
  if (target.sequence > kMaxCountLimit || (!target.code.empty() && !exchange.names_code())) {
    // No policy can have it, and its record would be INVALID.
    parts_.answering.coupon({.decision = {.code = Code::UnknownCoupon}, .policy = target.policy}, {},
                            exchange);
    return net::Handled::Now;
  }
  if (!exchange.names_code()) return send(*std::move(command), exchange, now);
  exchange.coupon_command = std::move(command);
  return ask(parts_.queries, CouponQuestion{.policy = target.policy, .sequence = target.sequence}, exchange);
}

net::Handled CouponCalls::send(CouponCommand command, Exchange& exchange, Now now) {
  exchange.wait = parts_.settings.wait(exchange.request);
  const auto reply = parts_.admission.command(exchange.caller, std::move(command), exchange.wait, now);
  if (!reply) return net::Handled::Later;
  replied(*reply, exchange);
  return net::Handled::Now;
}

void CouponCalls::replied(const admission::Reply& reply, Exchange& exchange) {
  std::string code;
  if (reply.coupon_after) {
    const Coupon& coupon = reply.coupon_after->coupon;
    code = code_of(parts_.codes, parts_.admission.views().view(coupon.policy), coupon.sequence, coupon.user);
  }
  parts_.answering.coupon(reply, code, exchange);
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

net::Handled CouponCalls::get(const Target& target, Exchange& exchange, Now) {
  exchange.sequence = target.sequence;
  if (!target.code.empty() && !exchange.names_code()) {
    parts_.answering.coupon({.decision = {.code = Code::UnknownCoupon}}, {}, exchange);
    return net::Handled::Now;
  }
  exchange.policy = target.policy;
  return ask(parts_.queries, CouponQuestion{.policy = target.policy, .sequence = target.sequence}, exchange);
}

net::Handled CouponCalls::list(const Target& target, Exchange& exchange, Now) {
  const auto refuse = [&](std::string_view detail) {
    parts_.answering.problem(Problem::BadRequest, detail, exchange);
    return net::Handled::Now;
  };
  const auto cursor = cursor_of(target.query);
  const auto limit = limit_of(target.query, kPageMost);
  const auto state = query_value(target.query, "state");
  if (!cursor) return refuse(kWrongCursor);
  if (!limit) return refuse("limit must be a whole number from 1.");
  if (state && std::ranges::find(kShownStates, *state) == kShownStates.end()) {
    return refuse("state must be ISSUED, RESERVED, USED, CANCELLED or EXPIRED.");
  }
  exchange.policy = target.policy;
  return ask(parts_.queries,
             PolicyCouponsQuestion{.policy = target.policy,
                                   .state = std::string(state.value_or("")),
                                   .after = cursor->value,
                                   .limit = *limit},
             exchange);
}

net::Handled CouponCalls::counts(const Target& target, Exchange& exchange, Now) {
  exchange.policy = target.policy;
  return ask(parts_.counts, CouponCountsQuestion{target.policy}, exchange);
}

net::Handled CouponCalls::ask(QueryThread& thread, const Question& question, Exchange& exchange) {
  if (thread.try_ask(exchange.caller, exchange.turns_with(), question, parts_.answers))
    return net::Handled::Later;
  parts_.answering.problem(Problem::Overloaded, "Too many queries are waiting for the store.", exchange);
  return net::Handled::Now;
}

/// For a user, a coupon of another user does not exist. A wrong code tells nothing about the coupon that it names.
net::Handled CouponCalls::question_answered(const CouponAnswer& answer, Exchange& exchange, Now now) {
  const auto refuse = [&](Code code, PolicyId policy) {
    parts_.answering.not_found(code, policy, answer.as_of, exchange);
    return net::Handled::Now;
  };
  if (exchange.names_code()) {
    const bool is_of =
        answer.coupon && (exchange.code ? parts_.codes.is_of(*exchange.code, answer.coupon->code)
                                        : exchange.imported_code == answer.coupon->code);
    if (!is_of) exchange.sequence = 0;
    if (!is_of) return refuse(Code::UnknownCoupon, {});
    if (exchange.coupon_command) {
      return send(*std::exchange(exchange.coupon_command, std::nullopt), exchange, now);
    }
  }
  const PolicyId policy = exchange.policy.value_or(PolicyId{});
  const UserId reader = exchange.sender.user;
  const bool is_readable = answer.coupon && (!reader.valid() || answer.coupon->coupon.coupon.user == reader);
  if (!is_readable) return refuse(answer.has_policy ? Code::UnknownCoupon : Code::UnknownPolicy, policy);
  parts_.answering.coupon(*answer.coupon, answer.as_of, exchange);
  return net::Handled::Now;
}

void CouponCalls::question_answered(const PolicyCouponsAnswer& answer, Exchange& exchange) {
  if (answer.has_policy) return parts_.answering.coupons(*exchange.policy, answer, exchange);
  parts_.answering.not_found(Code::UnknownPolicy, *exchange.policy, answer.as_of, exchange);
}

void CouponCalls::question_answered(const CouponCountsAnswer& answer, Exchange& exchange) {
  if (answer.counts) return parts_.answering.counts(*exchange.policy, answer, exchange);
  parts_.answering.not_found(Code::UnknownPolicy, *exchange.policy, answer.as_of, exchange);
}

}  // namespace firstcome::api
