#include "api/calls.h"

#include <fmt/core.h>

#include <utility>

#include "net/loopback.h"

namespace firstcome::api {
namespace {

std::span<const Route> routes_of(const CallSettings& settings) {
  const auto all = all_routes();
  return settings.fixed_route ? all : all.first(all.size() - 1);
}

bool is_command(Access access) {
  return access == Access::Command || access == Access::UseCoupon || access == Access::CancelCoupon;
}

IdForm form_of(bool strings) { return strings ? IdForm::String : IdForm::Number; }

/// A browser page of another host or port, or of no host ("null").
bool is_foreign(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != host;
}

}  // namespace

Calls::Calls(CallParts parts, admission::Admission::Settings admission, CallSettings settings)
    : callers_(parts.callers),
      draining_(parts.draining),
      spans_(parts.spans),
      limits_(parts.limits),
      settings_(std::move(settings)),
      routes_(routes_of(settings_)),
      cross_origin_(settings_.cors_origins),
      codes_(parts.codes),
      answering_(parts.tickets, parts.era),
      access_(settings_.credentials.get(), settings_.anonymous, answering_),
      refused_credentials_(parts.wrong_credentials, callers_, std::move(parts.report_refused_credential)),
      admission_(
          parts.snapshots, parts.appender, parts.sender, parts.record_mac, admission,
          [this](admission::Caller caller, const admission::Reply& reply) { replied(caller, reply); },
          std::move(parts.validation), std::move(parts.ask_end), this),
      policies_({callers_, admission_, answering_, bodies_, parts.snapshots, parts.queries, parts.answers,
                 settings_}),
      coupons_({callers_, admission_, answering_, bodies_, limits_, parts.codes, parts.queries, parts.counts,
                parts.answers, settings_}),
      queries_({callers_, answering_, parts.queries, parts.logs, parts.snapshots, parts.places, parts.answers,
                access_, settings_}),
      health_({answering_, parts.readiness, parts.draining, settings_, parts.scrapes, parts.answers}) {}

void Calls::set_time(Now now) {
  now_ = now;
  answering_.set_time(now.wall);
}

/// The admin listener serves no pages of other origins.
void Calls::set_cross_origin(Exchange& exchange) const {
  if (!exchange.admin) exchange.cross_origin = cross_origin_.headers(exchange.request.origin);
}

void Calls::refuse(Problem problem, std::string_view detail, Exchange& exchange) {
  exchange.call = Call::Other;
  exchange.client = exchange.peer;
  set_cross_origin(exchange);
  answering_.problem(problem, detail, exchange);
}

net::Handled Calls::handle(Exchange& exchange) {
  const net::Request& request = exchange.request;
  exchange.client =
      settings_.trusted_proxies.client_of(exchange.peer, request.forwarded, request.x_forwarded_for);
  set_cross_origin(exchange);
  if (request.traceparent) spans_.begin(exchange);
  Target target;
  const Route* route = find_route(routes_, request.method, request.target, exchange.admin, target);
  if (!target.code.empty()) find_code(target, exchange);
  const auto methods = route == nullptr ? methods_of(routes_, request.method, request.target, exchange.admin)
                                        : PathMethods{.call = route->call};
  exchange.call = methods.call;
  exchange.route = route;
  exchange.user = target.user;
  exchange.ids = settings_.ids;
  if (exchange.request.ids_are_strings) exchange.ids = form_of(*exchange.request.ids_are_strings);
  if (!admits_host(exchange)) {
    answering_.problem(
        Problem::Forbidden,
        "Host must be localhost, 127.0.0.1 or [::1] unless the server requires a key (--admin-key-file, --keys-file).",
        exchange);
  } else if (route == nullptr) {
    answer_without_route(methods, exchange);
  } else if (route->while_stopping == WhileStopping::Refused && draining_.load(std::memory_order_relaxed)) {
    answering_.problem(Problem::Unavailable, "This node is stopping. Send the request to another node.",
                       exchange);
  } else if (access_.admits(*route, target, exchange, now_) && may_send(exchange) &&
             reads_ids(target, exchange) && (!is_command(route->access) || admits_command(exchange))) {
    if (route->cost == Cost::Small) return route->handler(*this, target, exchange, now_);
    exchange.put_off = route;
    exchange.target = target;
    return net::Handled::Later;
  }
  return exchange.denial == access::Denial::None ? net::Handled::Now
                                                 : refused_credentials_.refused(exchange, now_);
}

bool Calls::reads_ids(const Target& target, Exchange& exchange) {
  const auto form = query_value(target.query, "ids");
  if (!form) return true;
  if (form == "string" || form == "number") {
    exchange.ids = form_of(form == "string");
    return true;
  }
  answering_.problem(Problem::BadRequest, "ids must be number or string.", exchange);
  return false;
}

void Calls::find_code(Target& target, Exchange& exchange) {
  if (const auto text = percent_decoded(target.code); text && is_imported_code(*text)) {
    const auto place = replica::find_code(*admission_.views().snapshots().code_lists(), *text);
    if (place) {
      target.policy = place->policy;
      target.sequence = place->sequence;
      exchange.imported_code = *text;
      return;
    }
  }
  exchange.code = codes_.decode(target.code);
  if (!exchange.code) return;
  target.policy = exchange.code->policy;
  target.sequence = exchange.code->sequence;
}

net::Handled Calls::handle_put_off(Exchange& exchange) {
  return std::exchange(exchange.put_off, nullptr)->handler(*this, exchange.target, exchange, now_);
}

void Calls::answer_without_route(const PathMethods& methods, Exchange& exchange) {
  const net::Request& request = exchange.request;
  if (methods.here.empty()) {
    return answering_.problem(Problem::NotFound,
                              methods.on_admin
                                  ? "This path is served on the admin listener (--admin-listen) only."
                                  : std::string_view{},
                              exchange);
  }
  std::string headers = fmt::format("Allow: {}\r\n", methods.here);
  if (request.method == net::Method::Options) {
    // A browser sends this before a page of another origin may call (CORS preflight).
    const bool admitted = exchange.cross_origin.find("Allow-Origin") != std::string_view::npos;
    if (request.asks_method && admitted) headers += CrossOrigin::preflight();
    return answering_.nothing(headers, exchange);
  }
  if (request.target.starts_with('*')) {
    return answering_.problem(Problem::NotFound, "The target * is for OPTIONS only.", exchange);
  }
  const std::string detail =
      fmt::format("This path accepts {} on this listener.{}", methods.here,
                  methods.serves_on_admin ? " Send this method to the admin listener (--admin-listen)." : "");
  answering_.problem(Problem::MethodNotAllowed, detail, exchange, headers);
}

/// A web page can make its own host name resolve to this machine (DNS rebinding). Its requests then count as
/// of the same origin, and only the Host header shows the name. Browsers always send one.
bool Calls::admits_host(const Exchange& exchange) const {
  const std::string& host = exchange.request.host;
  return !exchange.admin || !settings_.anonymous.operators || host.empty() || net::is_loopback(host);
}

bool Calls::admits_command(Exchange& exchange) {
  const net::Request& request = exchange.request;
  // On the users' listener a command needs a credential, which a browser does not add by itself.
  if (exchange.admin && request.origin && is_foreign(*request.origin, request.host)) {
    answering_.problem(Problem::Forbidden, "Web pages of another origin may not send commands.", exchange);
    return false;
  }
  // Required even without a body: a plain form of a web page cannot send this type.
  if (!request.json) {
    answering_.problem(Problem::UnsupportedMediaType, "Send Content-Type: application/json.", exchange);
    return false;
  }
  return true;
}

std::optional<RequestedCoupon> Calls::read_request(Exchange& exchange) {
  net::Request& request = exchange.request;
  const UserId of_token = exchange.sender.user;
  if (of_token.valid() && request.body.empty()) return RequestedCoupon{of_token};
  if (!request.json) {
    answering_.problem(Problem::UnsupportedMediaType, {}, exchange);
    return std::nullopt;
  }
  const auto requested = bodies_.issue(request.body, of_token);
  if (!requested) {
    answering_.wrong_body(bodies_.error(), exchange);
  } else if (of_token.valid() && requested->user != of_token) {
    answering_.problem(Problem::Forbidden, "userId must be the user of the token; or send no userId.",
                       exchange);
    return std::nullopt;
  }
  return requested;
}

bool Calls::may_send(Exchange& exchange) {
  const auto refusal = limits_.request(exchange.sender, now_.steady);
  if (refusal) answering_.problem(Problem::TooManyRequests, {}, exchange, *refusal);
  return !refusal;
}

bool Calls::may_press(PolicyId policy, UserId user, Exchange& exchange) {
  const auto refusal = limits_.press(exchange.sender, exchange.client, user, policy, now_.steady);
  if (refusal) answering_.problem_about(Problem::TooManyRequests, {}, {policy, user}, exchange, *refusal);
  return !refusal;
}

net::Handled Calls::issue(const Target& target, Exchange& exchange, Now now) {
  const auto requested = read_request(exchange);
  if (!requested) return net::Handled::Now;
  exchange.user = requested->user;
  if (!may_press(target.policy, requested->user, exchange)) return net::Handled::Now;
  const auto reply = admission_.issue(exchange.caller, target.policy, requested->user,
                                      settings_.wait(exchange.request), now, requested->ordinal);
  if (!reply) return net::Handled::Later;
  answer_issue(*reply, exchange);
  return net::Handled::Now;
}

void Calls::answer_issue(const admission::Reply& reply, Exchange& exchange) {
  std::string code;
  if (reply.kind == admission::ReplyKind::Decided && reply.decision.sequence != 0) {
    code = code_of(codes_, admission_.views().view(reply.policy), reply.decision.sequence, reply.user);
  }
  answering_.issue(reply, code, exchange);
}

net::Handled Calls::answer_fixed(const Target& target, Exchange& exchange, Now) {
  if (!read_request(exchange)) return net::Handled::Now;
  constexpr std::string_view kBody =
      R"({"result":"SUCCESS","policyId":7,"userId":1234567,"sequence":123456,)"
      R"("issuedAt":"2026-11-23T14:00:00.123Z","ticket":"AgAAAAGdQcfiW4A2-gAAAAAAAAAHAAAAAAAS1ocAAQAAAAAAAeJAAAAAAAAAAAA"})";
  answering_.json(target.policy.valid() ? 201 : 404, kBody, exchange);
  return net::Handled::Now;
}

void Calls::replied(admission::Caller caller, const admission::Reply& reply) {
  Exchange* exchange = callers_.find(caller);
  if (exchange == nullptr) return;  // The caller has closed the connection; its record stays in the journal.
  spans_.decided(reply, *exchange);
  if (reply.user.valid()) {
    exchange->refused_early = reply.as_of.has_value();
    exchange->by_database = reply.by_database;
    answer_issue(reply, *exchange);
  } else if (exchange->call == Call::Coupon) {
    coupons_.replied(reply, *exchange);
  } else if (policies_.replied(reply, *exchange, now_) == net::Handled::Later) {
    return;
  }
  callers_.answer(caller);
}

const TraceContext* Calls::trace_of(admission::Caller caller) {
  const Exchange* exchange = callers_.find(caller);
  return exchange != nullptr && exchange->trace ? &exchange->trace->context : nullptr;
}

void Calls::appended(admission::Caller caller) {
  if (Exchange* exchange = callers_.find(caller)) spans_.appended(*exchange);
}

void Calls::acknowledged(admission::Caller caller) {
  if (Exchange* exchange = callers_.find(caller)) spans_.acknowledged(*exchange);
}

void Calls::on_question_answered(admission::Caller caller, const QuestionAnswer& answer) {
  Exchange* exchange = callers_.find(caller);
  if (exchange == nullptr) return;
  if (const auto* page = std::get_if<MetricsPage>(&answer)) {
    health_.answer_metrics(*page, *exchange);
  } else if (const auto* policies = std::get_if<PoliciesAnswer>(&answer)) {
    if (policies_.question_answered(*policies, *exchange, now_) == net::Handled::Later) return;
  } else if (const auto* coupon = std::get_if<CouponAnswer>(&answer)) {
    if (coupons_.question_answered(*coupon, *exchange, now_) == net::Handled::Later) return;
  } else if (const auto* coupons = std::get_if<PolicyCouponsAnswer>(&answer)) {
    coupons_.question_answered(*coupons, *exchange);
  } else if (const auto* counts = std::get_if<CouponCountsAnswer>(&answer)) {
    coupons_.question_answered(*counts, *exchange);
  } else {
    queries_.question_answered(answer, *exchange);
  }
  callers_.answer(caller);
}

void Calls::on_time() {
  admission_.on_time(now_);
  queries_.on_time(now_);
  refused_credentials_.on_time(now_);
}

}  // namespace firstcome::api
