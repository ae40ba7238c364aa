#pragma once

#include <string>

#include "edge/admission.h"
#include "edge/answering.h"
#include "edge/call_settings.h"
#include "edge/exchange.h"
#include "edge/json_body.h"
#include "edge/route.h"
#include "replica/board.h"

namespace firstcome::edge {

/// The calls about policies. Reads come from the board; commands go through the journal like requests.
class PolicyCalls {
 public:
  PolicyCalls(Admission& admission, Answering& answering, BodyReader& bodies, const replica::Board& board,
              const CallSettings& settings)
      : admission_(admission), answering_(answering), bodies_(bodies), board_(board), settings_(settings) {}

  void list(const Route& route, Exchange& exchange);
  void get(const Route& route, Exchange& exchange);
  Handled create(Exchange& exchange, Now now);
  Handled change(const Route& route, Exchange& exchange, Now now);
  Handled import_chunk(const Route& route, Exchange& exchange, Now now);
  /// pause, resume, close.
  Handled act(PolicyCommand::Kind kind, const Route& route, Exchange& exchange, Now now);

  Handled replied(const Reply& reply, Exchange& exchange, Now now);

 private:
  Handled send(PolicyCommand command, Exchange& exchange, Now now);
  Handled send_for_revision(PolicyCommand command, Exchange& exchange, Now now);
  Handled propose(Exchange& exchange, Now now);
  /// False: the exchange holds the refusal.
  bool read_if_match(PolicyCommand& command, Exchange& exchange);

  Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const replica::Board& board_;
  const CallSettings& settings_;
  std::string body_;     ///< reused
  std::string headers_;  ///< reused
};

}  // namespace firstcome::edge
