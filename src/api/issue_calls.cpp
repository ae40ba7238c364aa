#include "api/issue_calls.h"

namespace firstcome::api {

std::optional<UserId> IssueCalls::user(Exchange& exchange) {
  if (!exchange.request.json) {
    answering_.problem(Problem::UnsupportedMediaType, "Send the body as Content-Type: application/json.",
                       exchange);
    return std::nullopt;
  }
  const auto user = bodies_.issue(exchange.request.body);
  if (!user) answering_.wrong_body(bodies_.error(), exchange);
  return user;
}

net::Handled IssueCalls::issue(const Route& route, Exchange& exchange, Now now) {
  const auto asking = user(exchange);
  if (!asking) return net::Handled::Now;
  const net::Request& request = exchange.request;
  // RFC 7240 §4.3: respond-async together with a wait means the wait first.
  const admission::Wait wait{.most = settings_.wait(request.wait_seconds, settings_.wait_default),
                             .respond_async = request.respond_async && !request.wait_seconds};
  const auto reply = admission_.issue(exchange.caller, route.policy, *asking, wait, now);
  if (!reply) return net::Handled::Later;
  replied(*reply, exchange);
  return net::Handled::Now;
}

net::Handled IssueCalls::fixed(const Route& route, Exchange& exchange) {
  if (!user(exchange)) return net::Handled::Now;
  constexpr std::string_view kBody =
      R"({"result":"SUCCESS","policyId":7,"userId":1234567,"sequence":123456,)"
      R"("issuedAt":"2026-11-23T14:00:00.123Z","ticket":"AgAAAAGdQcfiW4A2-gAAAAAAAAAHAAAAAAAS1ocAAQAAAAAAAeJAAAAAAAAAAAA"})";
  answering_.json(route.policy.valid() ? 201 : 404, kBody, exchange);
  return net::Handled::Now;
}

}  // namespace firstcome::api
