#pragma once

#include <atomic>
#include <string>

#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/readiness.h"
#include "api/route.h"
#include "api/scrape_thread.h"

namespace firstcome::api {

/// The calls about the process itself. /livez: the process answers. /readyz: this node can answer requests of
/// at least one partition and is not stopping. None of these calls uses the journal or the store.
class HealthCalls {
 public:
  struct Parts {
    Answering& answering;
    Readiness& readiness;
    const std::atomic<bool>& draining;
    const CallSettings& settings;
    ScrapeThread& scrapes;
    QuestionSink& answers;
  };
  explicit HealthCalls(const Parts& parts) : parts_(parts) {}

  net::Handled live(const Target& target, Exchange& exchange, Now now);
  net::Handled ready(const Target& target, Exchange& exchange, Now now);
  net::Handled metrics(const Target& target, Exchange& exchange, Now now);
  net::Handled openapi(const Target& target, Exchange& exchange, Now now);
  void answer_metrics(const MetricsPage& page, Exchange& exchange);

 private:
  const Parts parts_;
};

}  // namespace firstcome::api
