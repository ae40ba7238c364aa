#include "api/request_spans.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "api/route.h"

namespace firstcome::api {
namespace {

using tracing::Span;
using tracing::SpanKind;

Instant read_clock() { return std::chrono::steady_clock::now(); }

/// Null: its spans are not exported.
RequestTrace::Exported* exported(Exchange& exchange) {
  return exchange.trace && exchange.trace->exported ? &*exchange.trace->exported : nullptr;
}

std::int64_t status_of(const Exchange& exchange) {
  const std::string_view digits = exchange.status();
  std::int64_t status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

/// With the name and the attributes of OpenTelemetry's semantic conventions for HTTP servers. No target, address or user.
Span request_span(const Exchange& exchange, const RequestTrace::Exported& exported, Instant end) {
  const std::int64_t status = status_of(exchange);
  const std::string_view result = kResults[exchange.result].name;
  Span span{.parent = exported.caller,
            .id = exported.span,
            .name = std::string(net::name_of(exchange.request.method)),
            .kind = SpanKind::Server,
            .begin = exchange.began,
            .end = end,
            .failed = status >= 500,
            .attributes = {{"http.request.method", net::name_of(exchange.request.method)},
                           {"http.response.status_code", status},
                           {"firstcome.result", result},
                           {"firstcome.listener", std::string_view(exchange.admin ? "admin" : "users")}}};
  if (exchange.route != nullptr) {
    span.name.append(" ").append(exchange.route->path);
    span.attributes.push_back({"http.route", exchange.route->path});
  }
  if (span.failed) span.attributes.push_back({"error.type", result});
  return span;
}

}  // namespace

void RequestSpans::begin(Exchange& exchange) const {
  const net::Request& request = exchange.request;
  const auto caller = TraceContext::parse(
      *request.traceparent, request.tracestate ? std::string_view(*request.tracestate) : std::string_view{});
  if (!caller) return;
  if (sink_ == nullptr || !caller->is_sampled()) {
    exchange.trace = RequestTrace{.context = *caller};
    return;
  }
  const std::uint64_t span = tracing::new_span_id();
  exchange.trace = RequestTrace{.context = caller->with_span(span),
                                .exported = RequestTrace::Exported{.caller = *caller, .span = span}};
}

/// A command may be appended again after STALE; the last record counts.
void RequestSpans::appended(Exchange& exchange) const {
  auto* const times = exported(exchange);
  if (times == nullptr) return;
  times->appended_at = read_clock();
  times->acknowledged_at = times->read_at = {};
  times->place.reset();
}

void RequestSpans::acknowledged(Exchange& exchange) const {
  if (auto* const times = exported(exchange)) times->acknowledged_at = read_clock();
}

void RequestSpans::decided(const admission::Reply& reply, Exchange& exchange) const {
  auto* const times = exported(exchange);
  if (times == nullptr || reply.read_at == Instant{}) return;
  times->read_at = reply.read_at;
  times->place = reply.place;
}

void RequestSpans::add(const Exchange& exchange) {
  const Instant now = read_clock();
  spans_.push_back(request_span(exchange, *exchange.trace->exported, now));
  if (exchange.trace->exported->appended_at != Instant{}) add_steps(*exchange.trace, now);
}

/// The append ends when this edge knows that the record is durable: by the acknowledgement, or because it has read it.
void RequestSpans::add_steps(const RequestTrace& trace, Instant answered_at) {
  const RequestTrace::Exported& times = *trace.exported;
  const bool is_read = times.read_at != Instant{};
  const bool is_acknowledged = times.acknowledged_at != Instant{};
  Instant durable = is_acknowledged ? times.acknowledged_at : answered_at;
  if (is_read) durable = std::min(durable, times.read_at);
  spans_.push_back({.parent = trace.context,
                    .id = tracing::new_span_id(),
                    .name = "append",
                    .kind = SpanKind::Producer,
                    .begin = times.appended_at,
                    .end = durable,
                    .attributes = {}});
  if (!is_read) return;
  Span decide{.parent = trace.context,
              .id = tracing::new_span_id(),
              .name = "decide",
              .kind = SpanKind::Internal,
              .begin = times.read_at,
              .end = answered_at,
              .attributes = {}};
  if (times.place) {
    decide.attributes = {{"firstcome.partition", std::int64_t{times.place->partition}},
                         {"firstcome.offset", times.place->offset}};
  }
  spans_.push_back(std::move(decide));
}

void RequestSpans::flush() {
  if (!spans_.empty()) sink_->add(std::exchange(spans_, {}));
}

}  // namespace firstcome::api
