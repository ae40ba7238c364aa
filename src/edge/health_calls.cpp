#include "edge/health_calls.h"

#include "edge/json_text.h"

namespace firstcome::edge {
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

void HealthCalls::ready(Exchange& exchange) {
  const bool draining = draining_.load(std::memory_order_acquire);
  bool ready = !draining;
  std::string partitions;
  for (Partition i = 0; i < board_.partitions(); ++i) {
    const replica::PartitionStatus& status = board_.partition(i);
    const replica::Health health = status.health.load(std::memory_order_acquire);
    ready = ready && health == replica::Health::Serving;
    partitions += i == 0 ? R"({"partition":)" : R"(,{"partition":)";
    append_number(i, partitions);
    partitions += R"(,"health":")";
    partitions += name_of(health);
    partitions += '"';
    if (const std::string reason = status.reason(); !reason.empty()) {
      partitions += R"(,"reason":)";
      append_quoted(reason, partitions);
    }
    partitions += '}';
  }
  std::string body = ready ? R"({"ready":true)" : R"({"ready":false)";
  if (draining) body += R"(,"reason":"This node is stopping.")";
  body += R"(,"partitions":[)" + partitions + "]}";
  answering_.json(ready ? 200 : 503, body, exchange, "Cache-Control: no-store\r\n");
}

Handled HealthCalls::ask_metrics(Exchange& exchange) {
  if (scrapes_.try_ask(exchange.caller, answers_)) return Handled::Later;
  answering_.problem(Problem::Overloaded, "Too many ask for the metrics at once.", exchange);
  return Handled::Now;
}

void HealthCalls::metrics(const MetricsPage& page, Exchange& exchange) {
  answering_.text("text/plain; version=0.0.4; charset=utf-8", page.text, exchange);
}

}  // namespace firstcome::edge
