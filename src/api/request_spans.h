#pragma once

#include <optional>
#include <vector>

#include "admission/reply.h"
#include "api/exchange.h"
#include "tracing/span.h"

namespace firstcome::api {

/// The spans of sampled requests: the request, the append of its record, and its decision. One per worker, on its thread.
/// Reads the clock, but only for sampled requests.
class RequestSpans {
 public:
  /// `sink`: null: no spans are made.
  explicit RequestSpans(tracing::SpanSink* sink) : sink_(sink) {}

  [[nodiscard]] bool exports() const { return sink_ != nullptr; }
  /// The request has a `traceparent`. If it is sampled, its trace goes on with a span of this server.
  void begin(Exchange& exchange) const;
  void appended(Exchange& exchange) const;
  void acknowledged(Exchange& exchange) const;
  void decided(const admission::Reply& reply, Exchange& exchange) const;
  /// The exchange holds the response.
  void answered(const Exchange& exchange) {
    if (exchange.trace && exchange.trace->exported) add(exchange);
  }
  /// Passes the spans on. Call it at the end of each turn.
  void flush();

 private:
  void add(const Exchange& exchange);
  void add_steps(const RequestTrace& trace, Instant answered_at);

  tracing::SpanSink* const sink_;
  std::vector<tracing::Span> spans_;
};

}  // namespace firstcome::api
