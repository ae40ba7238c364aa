#include "api/answering.h"

#include <fmt/core.h>

#include <cstdio>
#include <ctime>

#include "api/coupon_state.h"
#include "api/paging.h"
#include "domain/duration.h"
#include "text/json_text.h"

namespace firstcome::api {
namespace {

/// The Trace Context Recommendation has no field for responses; this is the one of the W3C's draft "Trace Response
/// Headers" (docs/decisions/0079).
constexpr std::string_view kTraceresponse = "traceresponse: ";

/// SOLD_OUT → sold-out, for the type of a problem.
void append_slug(std::string_view name, std::string& out) {
  for (const char c : name)
    out += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/// SOLD_OUT → Sold out, for the title of a problem.
void append_title(std::string_view name, std::string& out) {
  bool first = true;
  for (const char c : name) {
    out += c == '_' ? ' ' : static_cast<char>(!first && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    first = false;
  }
}

/// The state at `now`. The stored state is ACTIVE from the creation on; SCHEDULED and ENDED follow from the window.
std::string_view shown_state(const Policy& policy, Timestamp now) {
  if (policy.state != PolicyState::Active) return name_of(policy.state);
  if (policy.issue_starts_at && now < *policy.issue_starts_at) return "SCHEDULED";
  if (policy.issue_ends_at && now >= *policy.issue_ends_at) return "ENDED";
  return name_of(policy.state);
}

/// The detail of OUTCOME_UNKNOWN for a command. Only some commands may be repeated without reading the policy first.
std::string_view detail_of_unknown(PolicyCommand::Kind kind, bool without_id, bool has_key) {
  if (kind == PolicyCommand::Kind::Create && has_key) {
    return "The journal has not answered in time. A retry with the same Idempotency-Key and body is safe.";
  }
  if (kind == PolicyCommand::Kind::Create && without_id) {
    return "The journal has not answered in time. The policy may have been created with this policyId, or may still be. "
           "A retry without an id could create a second policy: read the policy, or try again with this id.";
  }
  if (kind == PolicyCommand::Kind::Create) {
    return "The journal has not answered in time. A retry is safe: an id is used once.";
  }
  if (!needs_revision(kind)) {
    return "The journal has not answered in time. A retry of the same chunk is safe.";
  }
  return "The journal has not answered in time. The command may have been carried out, or may still be. Read the policy "
         "before you send the command again.";
}

/// Nothing for a coupon without a code.
void append_code(std::string_view code, std::string& out) {
  if (!code.empty()) text::append_member("code", code, out);
}

}  // namespace

Answering::Answering(const TicketCodec& tickets, Era era)
    : tickets_(tickets), era_(era), jitter_(static_cast<std::uint64_t>(std::time(nullptr)) | 1) {}

void Answering::set_time(Timestamp now) {
  now_ = now;
  const std::int64_t second = to_millis(now) / 1000;
  if (second == date_second_) return;
  date_second_ = second;
  const auto time = static_cast<std::time_t>(second);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
  date_.assign(text, length);
}

void Answering::begin(int status, bool problem, Exchange& exchange) {
  std::string& head = heads_[problem ? 1 : 0][static_cast<std::size_t>(status)];
  if (head.empty()) {
    head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/{}\r\nContent-Length: ", status,
                       reason_phrase(status), (problem ? "problem+json" : "json"));
  }
  exchange.response = head;
}

void Answering::write(int status, bool problem, std::string_view headers, std::string_view body,
                      Exchange& exchange) {
  begin(status, problem, exchange);
  finish(headers, body, exchange);
}

void Answering::finish(std::string_view headers, std::string_view body, Exchange& exchange) const {
  std::string& out = exchange.response;
  // A newline for people who read the body on a terminal.
  const std::string_view end = body.ends_with('\n') ? "" : "\n";
  text::append_number(static_cast<std::int64_t>(body.size() + end.size()), out);
  out += "\r\n";
  end_header(headers, exchange);
  if (exchange.request.method == net::Method::Head) return;
  out += body;
  out += end;
}

void Answering::end_header(std::string_view headers, Exchange& exchange) const {
  std::string& out = exchange.response;
  out += date_;
  out += headers;
  out += exchange.cross_origin;
  if (exchange.trace) {
    out += kTraceresponse;
    out += exchange.trace->context.traceparent();
    out += "\r\n";
  }
  if (exchange.close) {
    out += "Connection: close\r\n";
  } else if (exchange.request.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void Answering::document(std::string_view body, Exchange& exchange) {
  exchange.result = kOk;
  begin(200, false, exchange);
  text::append_number(static_cast<std::int64_t>(body.size()), exchange.response);
  exchange.response += "\r\n";
  end_header({}, exchange);
  if (exchange.request.method != net::Method::Head) exchange.document = body;
}

/// RFC 9110 §8.6: a 204 has no Content-Length.
void Answering::nothing(std::string_view headers, Exchange& exchange) const {
  exchange.result = kOk;
  exchange.response = "HTTP/1.1 204 No Content\r\n";
  end_header(headers, exchange);
}

void Answering::json(int status, std::string_view body, Exchange& exchange, std::string_view headers) {
  exchange.result = kOk;
  write(status, false, headers, body, exchange);
}

void Answering::text(std::string_view type, std::string_view body, Exchange& exchange) const {
  exchange.result = kOk;
  exchange.response = "HTTP/1.1 200 OK\r\nContent-Type: ";
  exchange.response += type;
  exchange.response += "\r\nContent-Length: ";
  finish(kNoStore, body, exchange);
}

std::string_view Answering::retry_after() {
  jitter_ ^= jitter_ << 13;
  jitter_ ^= jitter_ >> 7;
  jitter_ ^= jitter_ << 17;
  switch (jitter_ % 3) {
    case 0: return "Retry-After: 1\r\n";
    case 1: return "Retry-After: 2\r\n";
    default: return "Retry-After: 3\r\n";
  }
}

void Answering::begin_problem(std::string_view name, int status, std::string_view detail) {
  body_.clear();
  body_ += R"({"type":"urn:firstcome:problem:)";
  append_slug(name, body_);
  body_ += R"(","title":")";
  append_title(name, body_);
  body_ += '"';
  text::append_member("status", status, body_);
  text::append_member("detail", detail, body_);
  text::append_member("result", name, body_);
}

void Answering::begin_refusal(Code code) {
  std::string& written = refusals_[static_cast<std::uint8_t>(code)];
  if (written.empty()) {
    begin_problem(name_of(code), http_status(code), meaning_of(code));
    written = body_;
  }
  body_ = written;
}

void Answering::append_subject(PolicyId policy, UserId user, IdForm ids) {
  if (policy.valid()) text::append_id("policyId", policy.value, ids, body_);
  if (user.valid()) text::append_id("userId", user.value, ids, body_);
}

void Answering::append_ticket(const admission::Reply& reply) {
  if (!reply.place || !reply.user.valid()) return;  // a command has no ticket
  body_ += R"(,"ticket":")";
  tickets_.append(ticket_of(reply), body_);
  body_ += '"';
}

Ticket Answering::ticket_of(const admission::Reply& reply) const {
  return {.era = era_,
          .policy = reply.policy,
          .user = reply.user,
          .partition = reply.place->partition,
          .offset = reply.place->offset,
          .ordinal = reply.ordinal};
}

void Answering::append_ordinal(std::int32_t ordinal) {
  if (ordinal > 1) text::append_member("ordinal", ordinal, body_);
}

void Answering::append_coupon(const replica::CouponAsOf& coupon, std::string_view code, IdForm ids) {
  api::append_coupon(shown_coupon(coupon), ids, body_);
  append_code(code, body_);
}

/// While nothing is decided, all early refusals name the same position.
void Answering::append_as_of(const admission::AsOf& as_of) {
  if (as_of != as_of_) {
    as_of_ = as_of;
    as_of_text_ = R"(,"asOf":{)";
    text::append_member("partition", as_of.place.partition, as_of_text_);
    text::append_member("offset", as_of.place.offset, as_of_text_);
    text::append_member("at", as_of.clock, as_of_text_);
    as_of_text_ += '}';
  }
  body_ += as_of_text_;
}

void Answering::problem(Problem problem, std::string_view detail, Exchange& exchange,
                        std::string_view headers) {
  problem_about(problem, detail, {}, exchange, headers);
}

void Answering::problem_about(Problem problem, std::string_view detail, const Subject& subject,
                              Exchange& exchange, std::string_view headers) {
  const ResultRow& result = result_of(problem);
  begin_problem(result.name, result.status, detail.empty() ? result.meaning : detail);
  append_subject(subject.policy, subject.user, exchange.ids);
  body_ += '}';
  exchange.result = label_of(problem);
  headers_.assign(headers);
  if (result.status == 503) headers_ += retry_after();
  write(result.status, true, headers_, body_, exchange);
}

void Answering::wrong_body(const BodyError& error, Exchange& exchange) {
  const ResultRow& result = result_of(error.problem);
  begin_problem(result.name, result.status, error.detail);
  if (!error.fields.empty()) {
    body_ += R"(,"errors":[)";
    for (const FieldError& field : error.fields) {
      if (body_.back() != '[') body_ += ',';
      body_ += '{';
      text::append_member("field", field.field, body_);
      text::append_member("message", field.message, body_);
      body_ += '}';
    }
    body_ += ']';
  }
  body_ += '}';
  exchange.result = label_of(error.problem);
  write(result.status, true, {}, body_, exchange);
}

void Answering::append_decided(std::string_view result, const Ticket& ticket, const TicketAnswer& answer,
                               IdForm ids, std::string& out) const {
  out += '{';
  text::append_member("result", result, out);
  text::append_id("policyId", ticket.policy.value, ids, out);
  text::append_id("userId", ticket.user.value, ids, out);
  if (answer.coupon) {
    text::append_member("sequence", answer.coupon->sequence, out);
    if (answer.coupon->user_ordinal != 1) text::append_member("ordinal", answer.coupon->user_ordinal, out);
    append_code(answer.code_text, out);
    text::append_member("issuedAt", answer.coupon->issued_at, out);
  }
  if (answer.issue_starts_at) {
    text::append_member("issueStartsAt", *answer.issue_starts_at, out);
  }
  out += R"(,"ticket":")";
  tickets_.append(ticket, out);
  out += "\"}";
}

/// The response to a refused or undecided request or command.
void Answering::refusal(const admission::Reply& reply, Exchange& exchange, std::string_view code_text) {
  if (reply.kind != admission::ReplyKind::Decided) {
    return problem_about(problem_of(reply.kind), reply.detail, {reply.policy, reply.user}, exchange);
  }
  const Code code = reply.decision.code;
  const int status = http_status(code);
  if (reply.decision.reason == RefusalReason::None) {
    begin_refusal(code);
  } else {
    begin_problem(name_of(code), status, explain(reply.decision.reason));
  }
  append_subject(reply.policy, reply.user, exchange.ids);
  append_ordinal(reply.ordinal);
  if (exchange.sequence != 0) append_refused_coupon(reply, code_text, exchange);
  if (code == Code::NotStarted && reply.issue_starts_at) {
    text::append_member("issueStartsAt", *reply.issue_starts_at, body_);
  }
  if (code == Code::Stale && reply.policy_after) {
    text::append_member("revision", reply.policy_after->revision, body_);
  }
  append_ticket(reply);
  if (reply.as_of) append_as_of(*reply.as_of);
  body_ += '}';
  exchange.result = label_of(code);
  write(status, true, {}, body_, exchange);
}

void Answering::issue(const admission::Reply& reply, std::string_view code_text, Exchange& exchange) {
  if (reply.kind == admission::ReplyKind::Pending && reply.place) {
    body_ = R"({"result":"PENDING")";
    append_subject(reply.policy, reply.user, exchange.ids);
    append_ordinal(reply.ordinal);
    append_ticket(reply);
    body_ += '}';
    headers_ = "Location: /v1/requests/";
    tickets_.append(ticket_of(reply), headers_);
    headers_ += "\r\n";
    exchange.result = kPending;
    return write(kResults[kPending].status, false, headers_, body_, exchange);
  }
  const Code code = reply.decision.code;
  if (reply.kind != admission::ReplyKind::Decided || is_problem(http_status(code)))
    return refusal(reply, exchange);
  body_ = '{';
  text::append_member("result", name_of(code), body_);
  append_subject(reply.policy, reply.user, exchange.ids);
  text::append_member("sequence", reply.decision.sequence, body_);
  append_ordinal(reply.decision.ordinal);
  append_code(code_text, body_);
  text::append_member("issuedAt", reply.decision.issued_at, body_);
  append_ticket(reply);
  if (reply.as_of) append_as_of(*reply.as_of);
  body_ += '}';
  exchange.result = label_of(code);
  write(http_status(code), false, {}, body_, exchange);
}

void Answering::append_policy(const Policy& policy, IdForm ids, std::string& out) const {
  text::append_id("id", policy.id.value, ids, out);
  text::append_member("name", policy.name, out);
  text::append_member("maxCount", policy.max_count, out);
  text::append_member("issuedCount", policy.issued_count, out);
  text::append_member("activeCount", policy.active_count, out);
  text::append_member("usedCount", policy.used_count, out);
  text::append_member("cancelledCount", policy.cancelled_count, out);
  text::append_member("remaining", policy.max_count - policy.active_count, out);
  text::append_member("perUserLimit", policy.per_user_limit, out);
  text::append_member("state", shown_state(policy, now_), out);
  text::append_optional_member("issueStartsAt", policy.issue_starts_at, out);
  text::append_optional_member("issueEndsAt", policy.issue_ends_at, out);
  text::append_optional_member("validFrom", policy.valid_from, out);
  text::append_optional_member("validUntil", policy.valid_until, out);
  if (policy.valid_for) {
    text::append_member("validFor", format_duration(*policy.valid_for), out);
  } else {
    out += R"(,"validFor":null)";
  }
  text::append_member("onCancel", name_of(policy.on_cancel), out);
  out += policy.reissue ? R"(,"reissue":true)" : R"(,"reissue":false)";
  text::append_member("codes", name_of(policy.codes), out);
  if (!policy.code_prefix.empty()) text::append_member("codePrefix", policy.code_prefix, out);
  text::append_member("eligible", name_of(policy.eligible), out);
  if (policy.codes == CodeKind::Imported) text::append_member("codeCount", policy.code_count, out);
  if (policy.eligible == Eligible::Listed) text::append_member("listedCount", policy.listed_count, out);
  text::append_member("revision", policy.revision, out);
  text::append_member("now", now_, out);
}

/// What holds, uses or cancelled the coupon; only its sequence if it is unknown.
void Answering::append_refused_coupon(const admission::Reply& reply, std::string_view code,
                                      const Exchange& exchange) {
  if (reply.coupon_after) return append_coupon(*reply.coupon_after, code, exchange.ids);
  text::append_member("sequence", exchange.sequence, body_);
}

void Answering::coupon(const admission::Reply& reply, std::string_view code_text, Exchange& exchange) {
  if (reply.kind == admission::ReplyKind::OutcomeUnknown) {
    return problem_about(
        Problem::OutcomeUnknown,
        "The journal has not answered in time. A retry of this command with this reference is safe.",
        {.policy = reply.policy}, exchange);
  }
  const Code code = reply.kind == admission::ReplyKind::Decided ? reply.decision.code : Code::None;
  const bool done = code == Code::Accepted || code == Code::Unchanged;
  if (!done || !reply.coupon_after || !reply.place) return refusal(reply, exchange, code_text);
  body_ = '{';
  text::append_member("result", name_of(code), body_);
  append_subject(reply.policy, {}, exchange.ids);
  append_coupon(*reply.coupon_after, code_text, exchange.ids);
  append_as_of({{reply.place->partition, reply.place->offset + 1}, reply.coupon_after->clock});
  body_ += R"(,"place":{)";
  text::append_member("partition", reply.place->partition, body_);
  text::append_member("offset", reply.place->offset, body_);
  body_ += "}}";
  exchange.result = label_of(code);
  write(http_status(code), false, kNoStore, body_, exchange);
}

void Answering::coupon(const FoundCoupon& found, const admission::AsOf& as_of, Exchange& exchange) {
  body_ = '{';
  append_subject(found.coupon.coupon.policy, {}, exchange.ids);
  append_coupon(found.coupon, found.code, exchange.ids);
  append_as_of(as_of);
  body_ += '}';
  exchange.result = kOk;
  write(200, false, kNoStore, body_, exchange);
}

void Answering::coupons(PolicyId policy, const PolicyCouponsAnswer& page, Exchange& exchange) {
  body_ = '{';
  append_subject(policy, {}, exchange.ids);
  body_ += R"(,"coupons":[)";
  for (const FoundCoupon& found : page.coupons) {
    body_ += body_.back() == '[' ? "{" : ",{";
    append_coupon(found.coupon, found.code, exchange.ids);
    body_ += '}';
  }
  body_ += ']';
  append_as_of(page.as_of);
  end_page(page.next ? std::optional(PolicyId{*page.next}) : std::nullopt, body_);
  exchange.result = kOk;
  write(200, false, kNoStore, body_, exchange);
}

void Answering::counts(PolicyId policy, const CouponCountsAnswer& answer, Exchange& exchange) {
  const store::CouponCounts& counts = *answer.counts;
  body_ = '{';
  append_subject(policy, {}, exchange.ids);
  body_ += R"(,"counts":{)";
  text::append_member(name_of(CouponState::Issued), counts.issued, body_);
  text::append_member(name_of(CouponState::Reserved), counts.reserved, body_);
  text::append_member(name_of(CouponState::Used), counts.used, body_);
  text::append_member(name_of(CouponState::Cancelled), counts.cancelled, body_);
  text::append_member(kExpired, counts.expired, body_);
  body_ += '}';
  append_as_of(answer.as_of);
  body_ += '}';
  exchange.result = kOk;
  write(200, false, kNoStore, body_, exchange);
}

void Answering::not_found(Code code, PolicyId policy, const admission::AsOf& as_of, Exchange& exchange) {
  refusal({.decision = {.code = code}, .policy = policy, .as_of = as_of}, exchange);
}

void Answering::command(const admission::Reply& reply, PolicyCommand::Kind kind, Exchange& exchange) {
  if (reply.kind == admission::ReplyKind::OutcomeUnknown) {
    const std::string_view detail = detail_of_unknown(
        kind, exchange.proposed.has_value(), exchange.proposed && !exchange.proposed->create_key.empty());
    return problem_about(Problem::OutcomeUnknown, detail, {reply.policy, reply.user}, exchange);
  }
  const Code code = reply.kind == admission::ReplyKind::Decided ? reply.decision.code : Code::None;
  const bool done = code == Code::Accepted || code == Code::Unchanged;
  if (reply.decision.reason == RefusalReason::CodeTwice) {
    return repeated_code(reply, reply.decision.repeated_code, reply.policy, exchange);
  }
  if (!done || !reply.policy_after) return refusal(reply, exchange);
  carried_out(code, kind, *reply.policy_after, exchange);
}

/// Names the number and not the code, which is a secret of its owner.
void Answering::repeated_code(const admission::Reply& reply, std::int64_t number, PolicyId owner,
                              Exchange& exchange) {
  const std::string detail =
      reply.policy == owner
          ? fmt::format("Code {} of the list is in this policy already, or appears twice.", number)
          : fmt::format("Code {} of the list is a code of policy {} already.", number, owner);
  const int status = http_status(Code::Refused);
  begin_problem(name_of(Code::Refused), status, detail);
  append_subject(reply.policy, {}, exchange.ids);
  text::append_member("number", number, body_);
  body_ += '}';
  exchange.result = label_of(Code::Refused);
  write(status, true, {}, body_, exchange);
}

void Answering::carried_out(Code code, PolicyCommand::Kind kind, const Policy& policy, Exchange& exchange) {
  const bool created = kind == PolicyCommand::Kind::Create;
  body_ = '{';
  text::append_member("result", name_of(code), body_);
  append_policy(policy, exchange.ids, body_);
  body_ += '}';
  headers_ = "ETag: \"";
  text::append_number(policy.revision, headers_);
  headers_ += "\"\r\n";
  if (created) {
    headers_ += "Location: /v1/policies/";
    text::append_number(policy.id.value, headers_);
    headers_ += "\r\n";
  }
  headers_ += kNoStore;
  exchange.result = label_of(code);
  write(created && code == Code::Accepted ? 201 : http_status(code), false, headers_, body_, exchange);
}

}  // namespace firstcome::api
