#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/access_control.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/query_thread.h"
#include "api/route.h"
#include "replica/answer.h"
#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// The calls for tickets and for the coupons of users. They first wait until a place in the journal is decided, if the
/// caller requests that; then the query thread answers.
class QueryCalls {
 public:
  struct Parts {
    Callers& callers;
    Answering& answering;
    QueryThread& queries;
    const std::vector<replica::DecidedLog*>& logs;
    const replica::PolicySnapshots& snapshots;
    replica::AnswerSink& places;  ///< receives the decided places for this worker
    QuestionSink& answers;        ///< receives the answers of `queries`
    AccessControl& access;
    const CallSettings& settings;
  };
  explicit QueryCalls(const Parts& parts) : parts_(parts) {}

  net::Handled ticket(const Target& target, Exchange& exchange, Now now);
  net::Handled coupons(const Target& target, Exchange& exchange, Now now);
  /// The coupons of the token's user.
  net::Handled own_coupons(const Target& target, Exchange& exchange, Now now);

  void place_decided(std::uint64_t token);
  void question_answered(const QuestionAnswer& answer, Exchange& exchange);
  void on_time(Now now);
  [[nodiscard]] bool waiting() const { return !waiting_.empty(); }

 private:
  struct Waiting {
    admission::Caller caller = 0;
    Instant until;
    Partition partition = 0;
    Offset offset = 0;
  };
  /// `?wait=`; nothing: the exchange holds the refusal.
  std::optional<milliseconds> wait_of(const Target& target, Exchange& exchange, milliseconds otherwise);
  bool is_foreign(Exchange& exchange);
  [[nodiscard]] bool decided(const Ticket& ticket) const;
  net::Handled ask_at_place(Exchange& exchange, milliseconds wait, Now now);
  net::Handled ask(Exchange& exchange);
  [[nodiscard]] std::string_view unavailable_reason(const Ticket& ticket) const;
  void not_yet(Exchange& exchange);
  void answer_ticket(const TicketAnswer& answer, Exchange& exchange);
  void answer_coupons(const CouponsAnswer& answer, Exchange& exchange);

  const Parts parts_;
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::uint64_t, Waiting> waiting_;  ///< for places, by token
  std::string body_;                                    ///< reused
};

}  // namespace firstcome::api
