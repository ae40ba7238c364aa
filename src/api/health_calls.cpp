#include "api/health_calls.h"

#include "api/openapi.h"
#include "text/json_text.h"

namespace firstcome::api {
namespace {

std::string_view name_of(replica::Health health) {
  switch (health) {
    case replica::Health::Replaying: return "REPLAYING";
    case replica::Health::Serving: return "SERVING";
    case replica::Health::Halted: return "HALTED";
    case replica::Health::Stopped: return "STOPPED";
  }
  CHECK(false);
}

}  // namespace

net::Handled HealthCalls::live(const Target&, Exchange& exchange, Now) {
  parts_.answering.json(200, R"({"live":true})", exchange);
  return net::Handled::Now;
}

net::Handled HealthCalls::ready(const Target&, Exchange& exchange, Now now) {
  parts_.readiness.look(now.steady);
  const Readiness::State state = parts_.readiness.state();
  const bool draining = parts_.draining.load(std::memory_order_acquire);
  const bool ready = state.ready && !draining;
  std::string body = ready ? R"({"ready":true)" : R"({"ready":false)";
  if (draining) body += R"(,"reason":"This node is stopping.")";
  if (parts_.settings.anonymous_allowed) {
    body +=
        R"(,"warning":"--allow-anonymous: any client that reaches this listener can request coupons for any user.")";
  }
  body += R"(,"partitions":[)";
  for (std::size_t i = 0; i < state.partitions.size(); ++i) {
    const Readiness::Partition& partition = state.partitions[i];
    body += i == 0 ? "{" : ",{";
    text::append_member("partition", static_cast<std::int64_t>(i), body);
    text::append_member("health", name_of(partition.health), body);
    body += partition.answers ? R"(,"answers":true)" : R"(,"answers":false)";
    if (!partition.reason.empty()) text::append_member("reason", partition.reason, body);
    if (!partition.warning.empty()) text::append_member("warning", partition.warning, body);
    if (partition.clock - now.wall > replica::kClockAheadMost) {
      text::append_member("clockAheadMs", to_millis(partition.clock) - to_millis(now.wall), body);
    }
    body += '}';
  }
  body += "]}";
  parts_.answering.json(ready ? 200 : 503, body, exchange, kNoStore);
  return net::Handled::Now;
}

net::Handled HealthCalls::metrics(const Target&, Exchange& exchange, Now) {
  if (parts_.scrapes.try_ask(exchange.caller, parts_.answers)) return net::Handled::Later;
  parts_.answering.problem(Problem::Overloaded, "Too many requests for /metrics are waiting.", exchange);
  return net::Handled::Now;
}

net::Handled HealthCalls::openapi(const Target&, Exchange& exchange, Now) {
  parts_.answering.document(openapi_document(), exchange);
  return net::Handled::Now;
}

void HealthCalls::answer_metrics(const MetricsPage& page, Exchange& exchange) {
  parts_.answering.text("text/plain; version=0.0.4; charset=utf-8", page.text, exchange);
}

}  // namespace firstcome::api
