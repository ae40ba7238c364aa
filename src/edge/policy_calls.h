#pragma once

#include <string>

#include "edge/admission.h"
#include "edge/answering.h"
#include "edge/call_settings.h"
#include "edge/exchange.h"
#include "edge/json_body.h"
#include "edge/query_thread.h"
#include "edge/route.h"
#include "replica/board.h"

namespace firstcome::edge {

/// The calls about policies. Reads come from the board; commands go through the journal like requests.
class PolicyCalls {
 public:
  struct Parts {
    Callers& callers;
    Admission& admission;
    Answering& answering;
    BodyReader& bodies;
    const replica::Board& board;
    QueryThread& queries;
    QuestionSink& answers;  ///< where this worker is told of answered questions
    const CallSettings& settings;
  };
  explicit PolicyCalls(const Parts& parts)
      : callers_(parts.callers),
        admission_(parts.admission),
        answering_(parts.answering),
        bodies_(parts.bodies),
        board_(parts.board),
        queries_(parts.queries),
        answers_(parts.answers),
        settings_(parts.settings) {}

  Handled list(const Route& route, Exchange& exchange);
  Handled get(const Route& route, Exchange& exchange);
  Handled create(Exchange& exchange, Now now);
  Handled change(const Route& route, Exchange& exchange, Now now);
  Handled import_chunk(const Route& route, Exchange& exchange, Now now);
  /// pause, resume, close.
  Handled act(PolicyCommand::Kind kind, const Route& route, Exchange& exchange, Now now);

  Handled replied(const Reply& reply, Exchange& exchange, Now now);
  void question_answered(Caller caller, const PoliciesAnswer& answer);

 private:
  Handled send(PolicyCommand command, Exchange& exchange, Now now);
  Handled send_for_revision(PolicyCommand command, Exchange& exchange, Now now);
  Handled propose(Exchange& exchange, Now now);
  /// False: the exchange holds the refusal.
  bool read_if_match(PolicyCommand& command, Exchange& exchange);

  /// The policy as it is known here, or as the store has it; nothing: it is not known.
  std::optional<Handled> show(PolicyId policy, Exchange& exchange);
  void show(const Policy& policy, Exchange& exchange);
  void show_page(const PoliciesAnswer& page, Exchange& exchange);
  Handled ask_store(const PoliciesQuestion& question, Exchange& exchange);
  Handled after_wait(PolicyId policy, UnknownPolicies::Verdict verdict, Exchange& exchange);

  Callers& callers_;
  Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const replica::Board& board_;
  QueryThread& queries_;
  QuestionSink& answers_;
  const CallSettings& settings_;
  std::string body_;     ///< reused
  std::string headers_;  ///< reused
};

}  // namespace firstcome::edge
