#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/cross_origin.h"
#include "api/health_calls.h"
#include "api/issue_calls.h"
#include "api/json_body.h"
#include "api/policy_calls.h"
#include "api/query_calls.h"
#include "api/scrape_thread.h"

namespace firstcome::api {

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
  std::optional<admission::Validation::Parts>
      validation{};  ///< admission asks the database; nothing: the board
};

/// Takes whole requests to the call they mean, and what comes back later to the callers who wait. One for a
/// worker and its thread; knows no sockets.
class Calls {
 public:
  Calls(CallParts parts, admission::Admission::Settings admission, CallSettings settings);

  /// Fills the exchange's response, or says that it will come through Callers.
  net::Handled handle(Exchange& exchange, Now now);
  /// For a request that could not be parsed.
  void refuse(Problem problem, std::string_view detail, Exchange& exchange, Now now);

  void on_answers(std::span<const replica::Answer> answers, Now now);
  void on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements, Now now);
  void on_validated(std::uint64_t token, const admission::Stored* stored, Now now);
  void on_place_decided(std::uint64_t token, Now now);
  void on_question_answered(admission::Caller caller, const QuestionAnswer& answer, Now now);
  /// Ends the waits that are over.
  void on_time(Now now);
  /// Lets go of what nobody has asked for lately.
  void let_go() { admission_.views().refresh(); }
  /// Requests that wait for the journal, or before it for the database.
  [[nodiscard]] std::size_t pending() const { return admission_.pending(); }
  /// Does on_time() have anything to look after?
  [[nodiscard]] bool waiting() const { return admission_.pending() > 0 || queries_.waiting(); }

 private:
  void replied(admission::Caller caller, const admission::Reply& reply);
  net::Handled dispatch(const Route& route, Exchange& exchange);
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
  admission::Admission admission_;
  IssueCalls issue_;
  PolicyCalls policies_;
  QueryCalls queries_;
  HealthCalls health_;
};

}  // namespace firstcome::api
