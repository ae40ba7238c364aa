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
  PolicyCalls(Callers& callers, Admission& admission, Answering& answering, BodyReader& bodies,
              const replica::Board& board, const CallSettings& settings)
      : callers_(callers),
        admission_(admission),
        answering_(answering),
        bodies_(bodies),
        board_(board),
        settings_(settings) {}

  void list(const Route& route, Exchange& exchange);
  Handled get(const Route& route, Exchange& exchange);
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

  /// The policy as it is known here; false: it is not.
  bool show(PolicyId policy, Exchange& exchange);
  void after_wait(PolicyId policy, UnknownPolicies::Verdict verdict, Exchange& exchange);

  Callers& callers_;
  Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const replica::Board& board_;
  const CallSettings& settings_;
  std::string body_;     ///< reused
  std::string headers_;  ///< reused
};

}  // namespace firstcome::edge
