#pragma once

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/limits.h"
#include "api/query_thread.h"
#include "api/route.h"

namespace firstcome::api {

/// The calls about single coupons. Commands go through the journal like requests; the query thread answers reads.
class CouponCalls {
 public:
  struct Parts {
    Callers& callers;
    admission::Admission& admission;
    Answering& answering;
    BodyReader& bodies;
    Limits& limits;
    const CouponCodes& codes;
    QueryThread& queries;
    QueryThread& counts;    ///< counts coupons: that can take seconds
    QuestionSink& answers;  ///< receives the answers of both
    const CallSettings& settings;
  };
  explicit CouponCalls(const Parts& parts) : parts_(parts) {}

  template <CouponCommand::Kind kind>
  net::Handled command(const Target& target, Exchange& exchange, Now now) {
    return command(kind, target, exchange, now);
  }
  net::Handled get(const Target& target, Exchange& exchange, Now now);
  /// A page of the coupons of a policy.
  net::Handled list(const Target& target, Exchange& exchange, Now now);

  /// The number of coupons of a policy in each state.
  net::Handled counts(const Target& target, Exchange& exchange, Now now);

  /// The decision of a command.
  void replied(const admission::Reply& reply, Exchange& exchange);
  /// Later: the command of the coupon waits for its decision.
  net::Handled question_answered(const CouponAnswer& answer, Exchange& exchange, Now now);
  void question_answered(const PolicyCouponsAnswer& answer, Exchange& exchange);
  void question_answered(const CouponCountsAnswer& answer, Exchange& exchange);

 private:
  net::Handled ask(QueryThread& thread, const Question& question, Exchange& exchange);
  net::Handled send(CouponCommand command, Exchange& exchange, Now now);
  net::Handled command(CouponCommand::Kind kind, const Target& target, Exchange& exchange, Now now);
  /// A user may only cancel a coupon of their own. False: the exchange holds the refusal.
  bool limit_to_user(CouponCommand& command, Exchange& exchange, Now now);

  const Parts parts_;
};

}  // namespace firstcome::api
