#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "admission/admission.h"
#include "api/access_control.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/coupon_calls.h"
#include "api/cross_origin.h"
#include "api/health_calls.h"
#include "api/json_body.h"
#include "api/limits.h"
#include "api/policy_calls.h"
#include "api/query_calls.h"
#include "api/refused_credentials.h"
#include "api/request_spans.h"
#include "api/route.h"
#include "api/scrape_thread.h"

namespace firstcome::api {

/// What the calls of one worker work with.
struct CallParts {
  Callers& callers;
  const replica::PolicySnapshots& snapshots;
  Readiness& readiness;
  const std::vector<replica::DecidedLog*>& logs;
  journal::Appender& appender;
  std::uint32_t sender;
  QueryThread& queries;
  QueryThread& counts;
  ScrapeThread& scrapes;
  const TicketCodec& tickets;
  const CouponCodes& codes;
  const journal::RecordMac& record_mac;
  Era era;
  replica::AnswerSink& places;
  QuestionSink& answers;
  Limits& limits;
  const std::atomic<bool>& draining;
  std::function<void(Partition)> ask_end = [](Partition) {};
  RequestSpans& spans;
  access::RateLimiter& wrong_credentials;  ///< of an address that are answered at once
  ReportRefusedCredential report_refused_credential;
  /// Nothing: admission does not use the database.
  std::optional<admission::Validation::Parts> validation{};
};

/// Routes requests to their handlers, and later results to the waiting callers. One per worker, used on its thread only; has
/// no sockets. The worker's loop:
///
///   calls.set_time(now);                              // before each of the following
///   if (calls.handle(exchange) == Handled::Now) …     // send exchange.response; else Callers::answer()
///   calls.admission().on_answers(…);                  // decisions of the partitions
///   calls.admission().on_acknowledged(…);             // of the journal
///   calls.admission().on_validated(…);                // of the database
///   calls.queries().place_decided(token);             // an offset that a caller waits for is decided
///   calls.on_question_answered(caller, answer);       // by the query thread or the scrape thread
///   calls.on_time();                                  // every few milliseconds while waiting() is true
class Calls : private admission::Traces {
 public:
  Calls(CallParts parts, admission::Admission::Settings admission, CallSettings settings);

  void set_time(Now now);
  /// Now: the exchange holds the response. Later: Callers::answer() follows, or the exchange is put off until
  /// handle_put_off().
  net::Handled handle(Exchange& exchange);
  net::Handled handle_put_off(Exchange& exchange);
  /// For a request that could not be parsed.
  void refuse(Problem problem, std::string_view detail, Exchange& exchange);
  void on_question_answered(admission::Caller caller, const QuestionAnswer& answer);
  /// Answers the requests whose deadline has passed.
  void on_time();
  /// Drops cached policies that no recent request has used.
  void drop_unused() { admission_.views().refresh(); }
  /// Requests that wait for the journal or the database.
  [[nodiscard]] std::size_t pending() const { return admission_.pending(); }
  /// True if on_time() has to be called.
  [[nodiscard]] bool waiting() const {
    return admission_.pending() > 0 || queries_.waiting() || refused_credentials_.waiting();
  }

  /// POST /v1/policies/{policyId}/coupons
  net::Handled issue(const Target& target, Exchange& exchange, Now now);
  /// The same up to admission, then a constant response: benchmarks compare issue() with it.
  net::Handled answer_fixed(const Target& target, Exchange& exchange, Now now);

  admission::Admission& admission() { return admission_; }
  [[nodiscard]] const admission::Admission& admission() const { return admission_; }
  PolicyCalls& policies() { return policies_; }
  CouponCalls& coupons() { return coupons_; }
  QueryCalls& queries() { return queries_; }
  HealthCalls& health() { return health_; }

 private:
  /// The coupon that the code in the path names.
  void find_code(Target& target, Exchange& exchange);
  void replied(admission::Caller caller, const admission::Reply& reply);
  const TraceContext* trace_of(admission::Caller caller) override;
  [[nodiscard]] bool follows_appends() const override { return spans_.exports(); }
  void appended(admission::Caller caller) override;
  void acknowledged(admission::Caller caller) override;
  /// The response to a request for a coupon.
  void answer_issue(const admission::Reply& reply, Exchange& exchange);
  void set_cross_origin(Exchange& exchange) const;
  /// For requests that no route serves.
  void answer_without_route(const PathMethods& methods, Exchange& exchange);
  [[nodiscard]] bool admits_host(const Exchange& exchange) const;
  /// A command must be JSON and not come from a page of another origin. False: the exchange holds the refusal.
  bool admits_command(Exchange& exchange);
  /// Nothing: the exchange holds the refusal.
  std::optional<RequestedCoupon> read_request(Exchange& exchange);
  /// Charges a request with a key. False: the exchange holds the refusal.
  bool may_send(Exchange& exchange);
  /// The form of ids that the query asks for. False: the exchange holds the refusal.
  bool reads_ids(const Target& target, Exchange& exchange);
  /// Charges an issue request. False: the exchange holds the refusal.
  bool may_press(PolicyId policy, UserId user, Exchange& exchange);

  Callers& callers_;
  const std::atomic<bool>& draining_;
  RequestSpans& spans_;
  Limits& limits_;
  const CallSettings settings_;
  const std::span<const Route> routes_;
  const CrossOrigin cross_origin_;
  Now now_;

  const CouponCodes& codes_;
  Answering answering_;
  BodyReader bodies_;
  AccessControl access_;
  RefusedCredentials refused_credentials_;
  admission::Admission admission_;
  PolicyCalls policies_;
  CouponCalls coupons_;
  QueryCalls queries_;
  HealthCalls health_;
};

}  // namespace firstcome::api
