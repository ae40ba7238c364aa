#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>

#include "edge/admission.h"
#include "edge/answering.h"
#include "edge/call_settings.h"
#include "edge/cross_origin.h"
#include "edge/health_calls.h"
#include "edge/issue_calls.h"
#include "edge/json_body.h"
#include "edge/policy_calls.h"
#include "edge/query_calls.h"
#include "edge/scrape_thread.h"

namespace firstcome::edge {

/// What the calls of one worker work with.
struct CallParts {
  Callers& callers;
  const replica::Board& board;
  Readiness& readiness;
  const std::vector<replica::DecidedLog*>& logs;
  journal::Appender& appender;
  std::uint32_t sender;
  QueryThread& queries;
  ScrapeThread& scrapes;
  const TicketSeal& seal;
  const journal::RecordSeal& record_seal;
  Era era;
  replica::AnswerSink& places;
  QuestionSink& answers;
  const std::atomic<bool>& draining;
  std::function<void(Partition)> ask_end = [](Partition) {};
  std::optional<Validation::Parts> validation{};  ///< admission asks the database; nothing: the board
};

/// Takes whole requests to the call they mean, and what comes back later to the callers who wait. One for a
/// worker and its thread; knows no sockets.
class Calls {
 public:
  Calls(CallParts parts, Admission::Settings admission, CallSettings settings);

  /// Fills the exchange's response, or says that it will come through Callers.
  Handled handle(Exchange& exchange, Now now);
  /// For a request that could not be parsed.
  void refuse(Problem problem, std::string_view detail, Exchange& exchange, Now now);

  void on_answers(std::span<const replica::Answer> answers, Now now);
  void on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements, Now now);
  void on_validated(std::uint64_t token, const Stored* stored, Now now);
  void on_place_decided(std::uint64_t token, Now now);
  void on_question_answered(Caller caller, const QuestionAnswer& answer, Now now);
  /// Ends the waits that are over.
  void on_time(Now now);
  /// Lets go of what nobody has asked for lately.
  void let_go() { admission_.views().refresh(); }
  /// Requests that wait for the journal, or before it for the database.
  [[nodiscard]] std::size_t pending() const { return admission_.pending(); }
  /// Does on_time() have anything to look after?
  [[nodiscard]] bool waiting() const { return admission_.pending() > 0 || queries_.waiting(); }

 private:
  void replied(Caller caller, const Reply& reply);
  Handled dispatch(const Route& route, Exchange& exchange);
  void options(std::string_view methods, Exchange& exchange) const;
  void see_origin(Exchange& exchange) const;
  [[nodiscard]] bool admits_host(const Exchange& exchange) const;
  /// False: the exchange holds the refusal.
  bool admits_write(Exchange& exchange);
  void see(Now now);

  Callers& callers_;
  const std::atomic<bool>& draining_;
  const CallSettings settings_;
  const CrossOrigin cross_origin_;
  Now now_;  ///< of the step under way

  Answering answering_;
  BodyReader bodies_;
  Admission admission_;
  IssueCalls issue_;
  PolicyCalls policies_;
  QueryCalls queries_;
  HealthCalls health_;
};

}  // namespace firstcome::edge
