#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admission/reply.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/queries.h"
#include "api/results.h"
#include "domain/id_form.h"
#include "domain/policy.h"
#include "ticket/ticket.h"

namespace firstcome::api {

/// For responses that are correct only for a moment.
inline constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";

/// The ids in the body of a problem.
struct Subject {
  PolicyId policy{};
  UserId user{};
};

/// Writes responses into exchanges: status line, headers, JSON. One per worker; keeps its memory.
class Answering {
 public:
  Answering(const TicketCodec& tickets, Era era);

  /// The time for Date and `now`.
  void set_time(Timestamp now);
  [[nodiscard]] Timestamp now() const { return now_; }

  /// The response to a request for a coupon.
  /// `code`: of the coupon; empty: it has none.
  void issue(const admission::Reply& reply, std::string_view code, Exchange& exchange);
  /// The response to a policy command.
  void command(const admission::Reply& reply, PolicyCommand::Kind kind, Exchange& exchange);
  /// The refusal of a chunk of codes: code `number` of the list is a code of `owner` already, or appears twice.
  void repeated_code(const admission::Reply& reply, std::int64_t number, PolicyId owner, Exchange& exchange);
  /// The response to a command that is ACCEPTED or UNCHANGED.
  void carried_out(Code code, PolicyCommand::Kind kind, const Policy& policy, Exchange& exchange);

  /// The response to a command of the coupon `exchange.sequence`.
  void coupon(const admission::Reply& reply, std::string_view code, Exchange& exchange);

  void coupon(const FoundCoupon& found, const admission::AsOf& as_of, Exchange& exchange);
  void coupons(PolicyId policy, const PolicyCouponsAnswer& page, Exchange& exchange);
  void counts(PolicyId policy, const CouponCountsAnswer& answer, Exchange& exchange);
  /// UNKNOWN_POLICY or UNKNOWN_COUPON.
  void not_found(Code code, PolicyId policy, const admission::AsOf& as_of, Exchange& exchange);

  /// `headers`: complete lines with CRLF.
  void json(int status, std::string_view body, Exchange& exchange, std::string_view headers = {});
  /// 200 with JSON that ends with a newline and is never freed: it is sent without a copy.
  void document(std::string_view body, Exchange& exchange);
  /// 204. `headers` as above.
  void nothing(std::string_view headers, Exchange& exchange) const;
  /// 200 of another type than JSON.
  void text(std::string_view type, std::string_view body, Exchange& exchange) const;
  /// Without a detail, the body has the meaning of the problem.
  void problem(Problem problem, std::string_view detail, Exchange& exchange, std::string_view headers = {});
  /// The same with the policy and the user in the body.
  void problem_about(Problem problem, std::string_view detail, const Subject& subject, Exchange& exchange,
                     std::string_view headers = {});
  void wrong_body(const BodyError& error, Exchange& exchange);

  /// The body for a ticket: the fields of the response to the POST.
  void append_decided(std::string_view result, const Ticket& ticket, const TicketAnswer& answer, IdForm ids,
                      std::string& out) const;
  /// The fields of a policy, without braces.
  void append_policy(const Policy& policy, IdForm ids, std::string& out) const;

  [[nodiscard]] Era era() const { return era_; }
  [[nodiscard]] const TicketCodec& tickets() const { return tickets_; }

 private:
  /// The response up to the value of Content-Length.
  void begin(int status, bool problem, Exchange& exchange);
  void write(int status, bool problem, std::string_view headers, std::string_view body, Exchange& exchange);
  /// Appends the value of Content-Length and everything after it.
  void finish(std::string_view headers, std::string_view body, Exchange& exchange) const;
  void end_header(std::string_view headers, Exchange& exchange) const;
  /// `{"type":…,"title":…,"status":…,"detail":…,"result":…` into body_.
  void begin_problem(std::string_view name, int status, std::string_view detail);
  /// The same for a code with its meaning as the detail: written once, then copied.
  void begin_refusal(Code code);
  void append_subject(PolicyId policy, UserId user, IdForm ids);
  void append_ticket(const admission::Reply& reply);
  void append_as_of(const admission::AsOf& as_of);
  /// Nothing for the usual one, 1.
  void append_ordinal(std::int32_t ordinal);
  /// The fields of a coupon from "sequence" to "expiresAt", with its state at the clock.
  void append_coupon(const replica::CouponAsOf& coupon, std::string_view code, IdForm ids);
  [[nodiscard]] Ticket ticket_of(const admission::Reply& reply) const;
  std::string_view retry_after();
  void append_refused_coupon(const admission::Reply& reply, std::string_view code, const Exchange& exchange);
  /// `code`: of the coupon that the command names.
  void refusal(const admission::Reply& reply, Exchange& exchange, std::string_view code = {});

  const TicketCodec& tickets_;
  const Era era_;
  Timestamp now_{};
  std::int64_t date_second_ = -1;
  std::string date_;  ///< "Date: …\r\n"
  std::uint64_t jitter_;
  std::string body_;                      ///< reused
  std::string headers_;                   ///< reused
  std::optional<admission::AsOf> as_of_;  ///< of as_of_text_
  std::string as_of_text_;                ///< the member "asOf" that was written last
  std::array<std::array<std::string, 600>, 2>
      heads_;  ///< the lines up to Content-Length, by problem or not and status; filled on first use
  std::array<std::string, kCodeCount> refusals_;  ///< of begin_refusal(), by code; filled on first use
};

}  // namespace firstcome::api
