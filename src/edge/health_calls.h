#pragma once

#include <atomic>
#include <string>

#include "edge/answering.h"
#include "edge/exchange.h"
#include "replica/board.h"

namespace firstcome::edge {

/// /livez: the process answers. /readyz: every partition is served and the node is not on its way out.
/// Neither asks the journal or the store.
class HealthCalls {
 public:
  HealthCalls(Answering& answering, const replica::Board& board, const std::atomic<bool>& draining)
      : answering_(answering), board_(board), draining_(draining) {}

  void live(Exchange& exchange) { answering_.json(200, R"({"live":true})", exchange); }
  void ready(Exchange& exchange);

 private:
  Answering& answering_;
  const replica::Board& board_;
  const std::atomic<bool>& draining_;
};

}  // namespace firstcome::edge
