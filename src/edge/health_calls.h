#pragma once

#include <atomic>
#include <string>

#include "edge/answering.h"
#include "edge/exchange.h"
#include "edge/scrape_thread.h"
#include "replica/board.h"

namespace firstcome::edge {

/// /livez: the process answers. /readyz: every partition is served and the node is not on its way out.
/// /metrics: what there is to watch. None of them asks the journal or the store.
class HealthCalls {
 public:
  HealthCalls(Answering& answering, const replica::Board& board, const std::atomic<bool>& draining,
              ScrapeThread& scrapes, QuestionSink& answers)
      : answering_(answering), board_(board), draining_(draining), scrapes_(scrapes), answers_(answers) {}

  void live(Exchange& exchange) { answering_.json(200, R"({"live":true})", exchange); }
  void ready(Exchange& exchange);
  Handled ask_metrics(Exchange& exchange);
  void metrics(const MetricsPage& page, Exchange& exchange);

 private:
  Answering& answering_;
  const replica::Board& board_;
  const std::atomic<bool>& draining_;
  ScrapeThread& scrapes_;
  QuestionSink& answers_;
};

}  // namespace firstcome::edge
