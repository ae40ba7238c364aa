#include "api/calls.h"

#include <sodium.h>

#include <cctype>
#include <utility>

#include "api/openapi.h"
#include "net/loopback.h"

namespace firstcome::api {
namespace {

bool is_admin_write(Resource resource, net::Method method) {
  switch (resource) {
    case Resource::Policies: return method == net::Method::Post;
    case Resource::Policy: return method == net::Method::Patch;
    case Resource::PolicyPause:
    case Resource::PolicyResume:
    case Resource::PolicyClose:
    case Resource::PolicyImport: return true;
    default: return false;
  }
}

/// Watching goes on while a node stops.
bool is_probe(Resource resource) {
  return resource == Resource::Live || resource == Resource::Ready || resource == Resource::Metrics;
}

/// A browser page of another host, port or no host at all ("null").
bool is_foreign(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != host;
}

/// In constant time over the key's length.
bool holds_key(const std::optional<std::string>& authorization, const std::string& key) {
  constexpr std::string_view kBearer = "bearer ";  // in letters of any size: RFC 9110 §11.1
  if (!authorization || authorization->size() < kBearer.size()) return false;
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>((*authorization)[i])) != kBearer[i]) return false;
  }
  const std::string_view given = std::string_view{*authorization}.substr(kBearer.size());
  return given.size() == key.size() && sodium_memcmp(given.data(), key.data(), key.size()) == 0;
}

}  // namespace

Calls::Calls(CallParts parts, admission::Admission::Settings admission, CallSettings settings)
    : callers_(parts.callers),
      draining_(parts.draining),
      settings_(std::move(settings)),
      cross_origin_(settings_.cors_origins),
      answering_(parts.seal, parts.era),
      admission_(
          parts.board, parts.appender, parts.sender, parts.record_seal, admission,
          [this](admission::Caller caller, const admission::Reply& reply) { replied(caller, reply); },
          std::move(parts.validation), std::move(parts.ask_end)),
      issue_(admission_, answering_, bodies_, settings_),
      policies_(
          {callers_, admission_, answering_, bodies_, parts.board, parts.queries, parts.answers, settings_}),
      queries_(parts.callers, answering_, parts.queries, parts.logs, parts.board, parts.places, parts.answers,
               settings_),
      health_(answering_, parts.readiness, parts.draining, parts.scrapes, parts.answers) {}

void Calls::see(Now now) {
  now_ = now;
  answering_.set_time(now.wall);
}

void Calls::refuse(Problem problem, std::string_view detail, Exchange& exchange, Now now) {
  see(now);
  exchange.call = Call::Other;
  see_origin(exchange);
  answering_.problem(problem, detail, exchange);
}

net::Handled Calls::handle(Exchange& exchange, Now now) {
  see(now);
  see_origin(exchange);
  const net::Method method = exchange.request.method;
  const Route route = route_of(exchange.request.target);
  exchange.call = call_of(route.resource);
  if (!admits_host(exchange)) {
    answering_.problem(
        Problem::Forbidden,
        "The Host header must be localhost, 127.0.0.1 or [::1]: the server was started without "
        "--admin-key-file, and then this listener answers no other name.",
        exchange);
    return net::Handled::Now;
  }
  const std::string_view methods = allowed(route.resource, exchange.admin);
  if (methods.empty() || (route.resource == Resource::BenchFixed && !settings_.fixed_route)) {
    const bool elsewhere = route.resource != Resource::BenchFixed && !allowed(route.resource, true).empty();
    answering_.problem(
        Problem::NotFound,
        elsewhere ? "This path is on the admin listener (--admin-listen) alone." : "Nothing is at this path.",
        exchange);
    return net::Handled::Now;
  }
  if (method == net::Method::Options) {
    options(methods, exchange);
    return net::Handled::Now;
  }
  if (route.resource == Resource::Server) {
    answering_.problem(Problem::NotFound, "* is for OPTIONS alone.", exchange);
    return net::Handled::Now;
  }
  if (!allows(route.resource, exchange.admin, method)) {
    const std::string allow = "Allow: " + std::string{methods} + "\r\n";
    std::string words = "This path takes " + std::string{methods} + " on this listener.";
    if (!exchange.admin && allows(route.resource, true, method)) {
      words += " This method is for the admin listener (--admin-listen).";
    }
    answering_.problem(Problem::MethodNotAllowed, words, exchange, allow);
    return net::Handled::Now;
  }
  if (draining_.load(std::memory_order_relaxed) && !is_probe(route.resource)) {
    answering_.problem(Problem::Unavailable, "This node is stopping; ask another one.", exchange);
    return net::Handled::Now;
  }
  if (is_admin_write(route.resource, method) && !admits_write(exchange)) return net::Handled::Now;
  return dispatch(route, exchange);
}

/// Also what a browser asks first, on behalf of a page of another origin (the preflight of CORS).
void Calls::options(std::string_view methods, Exchange& exchange) const {
  std::string headers = "Allow: " + std::string(methods) + "\r\n";
  const bool admitted = exchange.cross_origin.find("Allow-Origin") != std::string_view::npos;
  if (exchange.request.asks_method && admitted) headers += CrossOrigin::preflight();
  answering_.nothing(headers, exchange);
}

/// Operators' pages are of the admin listener's own origin, or of none.
void Calls::see_origin(Exchange& exchange) const {
  if (!exchange.admin && !cross_origin_.off()) {
    exchange.cross_origin = cross_origin_.headers(exchange.request.origin);
  }
}

/// A web page may have its own name lead to this machine (DNS rebinding); then all it asks for is of its own
/// origin, and only the name that its browser sends tells. Browsers send one always.
bool Calls::admits_host(const Exchange& exchange) const {
  const std::string& host = exchange.request.host;
  return !exchange.admin || !settings_.admin_key.empty() || host.empty() || net::is_loopback(host);
}

bool Calls::admits_write(Exchange& exchange) {
  const net::Request& request = exchange.request;
  if (!settings_.admin_key.empty() && !holds_key(request.authorization, settings_.admin_key)) {
    answering_.problem(Problem::Unauthorized, "Send the admin key as Authorization: Bearer.", exchange,
                       "WWW-Authenticate: Bearer\r\n");
    return false;
  }
  if (request.origin && is_foreign(*request.origin, request.host)) {
    answering_.problem(Problem::Forbidden, "Pages of another origin may not change policies.", exchange);
    return false;
  }
  // Even without a body: no plain form of a web page can send this type.
  if (!request.json) {
    answering_.problem(Problem::UnsupportedMediaType, "Send Content-Type: application/json.", exchange);
    return false;
  }
  return true;
}

net::Handled Calls::dispatch(const Route& route, Exchange& exchange) {
  const bool reading =
      exchange.request.method == net::Method::Get || exchange.request.method == net::Method::Head;
  switch (route.resource) {
    case Resource::PolicyCoupons: return issue_.issue(route, exchange, now_);
    case Resource::BenchFixed: return issue_.fixed(route, exchange);
    case Resource::Ticket: return queries_.ticket(route, exchange, now_);
    case Resource::UserCoupons: return queries_.coupons(route, exchange, now_);
    case Resource::PolicyPause: return policies_.act(PolicyCommand::Kind::Pause, route, exchange, now_);
    case Resource::PolicyResume: return policies_.act(PolicyCommand::Kind::Resume, route, exchange, now_);
    case Resource::PolicyClose: return policies_.act(PolicyCommand::Kind::Close, route, exchange, now_);
    case Resource::PolicyImport: return policies_.import_chunk(route, exchange, now_);
    case Resource::Policies:
      if (!reading) return policies_.create(exchange, now_);
      return policies_.list(route, exchange);
    case Resource::Policy:
      if (!reading) return policies_.change(route, exchange, now_);
      return policies_.get(route, exchange);
    case Resource::Live: health_.live(exchange); break;
    case Resource::Ready: health_.ready(exchange, now_); break;
    case Resource::Metrics: return health_.ask_metrics(exchange);
    case Resource::OpenApi: answering_.json(200, openapi_document(), exchange); break;
    case Resource::Server:
    case Resource::None: CHECK(false);
  }
  return net::Handled::Now;
}

void Calls::replied(admission::Caller caller, const admission::Reply& reply) {
  Exchange* exchange = callers_.find(caller);
  if (exchange == nullptr) return;  // hung up; the journal keeps what it has
  if (reply.user.valid()) {
    exchange->refused_early = reply.as_of.has_value();
    issue_.replied(reply, *exchange);
  } else if (policies_.replied(reply, *exchange, now_) == net::Handled::Later) {
    return;
  }
  callers_.answer(caller);
}

void Calls::on_answers(std::span<const replica::Answer> answers, Now now) {
  see(now);
  admission_.on_answers(answers);
}

void Calls::on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements, Now now) {
  see(now);
  admission_.on_acknowledged(acknowledgements);
}

void Calls::on_validated(std::uint64_t token, const admission::Stored* stored, Now now) {
  see(now);
  admission_.on_validated(token, stored, now);
}

void Calls::on_place_decided(std::uint64_t token, Now now) {
  see(now);
  queries_.place_decided(token);
}

void Calls::on_question_answered(admission::Caller caller, const QuestionAnswer& answer, Now now) {
  see(now);
  if (const auto* page = std::get_if<MetricsPage>(&answer)) {
    Exchange* exchange = callers_.find(caller);
    if (exchange == nullptr) return;
    health_.metrics(*page, *exchange);
    return callers_.answer(caller);
  }
  if (const auto* policies = std::get_if<PoliciesAnswer>(&answer)) {
    return policies_.question_answered(caller, *policies);
  }
  queries_.question_answered(caller, answer);
}

void Calls::on_time(Now now) {
  see(now);
  admission_.on_time(now);
  queries_.on_time(now);
}

}  // namespace firstcome::api
