#pragma once

#include <string>

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/query_thread.h"
#include "api/route.h"
#include "replica/board.h"

namespace firstcome::api {

/// The calls about policies. Reads come from the board; commands go through the journal like requests.
class PolicyCalls {
 public:
  struct Parts {
    Callers& callers;
    admission::Admission& admission;
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

  net::Handled list(const Route& route, Exchange& exchange);
  net::Handled get(const Route& route, Exchange& exchange);
  net::Handled create(Exchange& exchange, Now now);
  net::Handled change(const Route& route, Exchange& exchange, Now now);
  net::Handled import_chunk(const Route& route, Exchange& exchange, Now now);
  /// pause, resume, close.
  net::Handled act(PolicyCommand::Kind kind, const Route& route, Exchange& exchange, Now now);

  net::Handled replied(const admission::Reply& reply, Exchange& exchange, Now now);
  void question_answered(admission::Caller caller, const PoliciesAnswer& answer);

 private:
  net::Handled send(PolicyCommand command, Exchange& exchange, Now now);
  net::Handled send_for_revision(PolicyCommand command, Exchange& exchange, Now now);
  net::Handled propose(Exchange& exchange, Now now);
  /// False: the exchange holds the refusal.
  bool read_if_match(PolicyCommand& command, Exchange& exchange);

  /// The policy as it is known here, or as the store has it; nothing: it is not known.
  std::optional<net::Handled> show(PolicyId policy, Exchange& exchange);
  void show(const Policy& policy, Exchange& exchange);
  void show_page(const PoliciesAnswer& page, Exchange& exchange);
  net::Handled ask_store(const PoliciesQuestion& question, Exchange& exchange);
  net::Handled after_wait(PolicyId policy, admission::UnknownPolicies::Verdict verdict, Exchange& exchange);

  Callers& callers_;
  admission::Admission& admission_;
  Answering& answering_;
  BodyReader& bodies_;
  const replica::Board& board_;
  QueryThread& queries_;
  QuestionSink& answers_;
  const CallSettings& settings_;
  std::string body_;     ///< reused
  std::string headers_;  ///< reused
};

}  // namespace firstcome::api
