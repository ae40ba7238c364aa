#pragma once

#include <atomic>
#include <string>

#include "api/answering.h"
#include "api/exchange.h"
#include "api/readiness.h"
#include "api/scrape_thread.h"

namespace firstcome::api {

/// /livez: the process answers. /readyz: some partition can be answered and the node is not stopping.
/// /metrics: what there is to watch. None of them asks the journal or the store.
class HealthCalls {
 public:
  HealthCalls(Answering& answering, Readiness& readiness, const std::atomic<bool>& draining,
              ScrapeThread& scrapes, QuestionSink& answers)
      : answering_(answering),
        readiness_(readiness),
        draining_(draining),
        scrapes_(scrapes),
        answers_(answers) {}

  void live(Exchange& exchange) { answering_.json(200, R"({"live":true})", exchange); }
  void ready(Exchange& exchange, Now now);
  net::Handled ask_metrics(Exchange& exchange);
  void metrics(const MetricsPage& page, Exchange& exchange);

 private:
  Answering& answering_;
  Readiness& readiness_;
  const std::atomic<bool>& draining_;
  ScrapeThread& scrapes_;
  QuestionSink& answers_;
};

}  // namespace firstcome::api
