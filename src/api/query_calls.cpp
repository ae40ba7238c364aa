#include "api/query_calls.h"

#include <charconv>
#include <utility>

#include "admission/unavailable.h"
#include "api/paging.h"
#include "text/json_text.h"

namespace firstcome::api {
namespace {

std::optional<std::int64_t> whole_seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

constexpr std::string_view kForeign =
    "This ticket was made after the backup from which the data was restored, or by another copy of the data. Its offset "
    "has another request here.";

}  // namespace

std::optional<milliseconds> QueryCalls::wait_of(const Target& target, Exchange& exchange,
                                                milliseconds otherwise) {
  const auto text = query_value(target.query, "wait");
  if (!text) return parts_.settings.wait(exchange.request.wait_seconds, otherwise);
  const auto seconds = whole_seconds(*text);
  if (!seconds) {
    parts_.answering.problem(Problem::BadRequest, "wait must be a whole number of seconds.", exchange);
    return std::nullopt;
  }
  return parts_.settings.wait(seconds, otherwise);
}

net::Handled QueryCalls::ticket(const Target& target, Exchange& exchange, Now now) {
  exchange.ticket = parts_.answering.tickets().decode(target.ticket);
  if (!exchange.ticket) {
    parts_.answering.problem(Problem::NotFound, "Unknown ticket.", exchange);
    return net::Handled::Now;
  }
  if (!parts_.access.admits_reading(exchange.ticket->policy, exchange.ticket->user, exchange)) {
    return net::Handled::Now;
  }
  if (is_foreign(exchange)) return net::Handled::Now;
  const auto wait = wait_of(target, exchange, milliseconds{0});
  if (!wait) return net::Handled::Now;
  return ask_at_place(exchange, *wait, now);
}

net::Handled QueryCalls::own_coupons(const Target& target, Exchange& exchange, Now now) {
  Target own = target;
  own.user = exchange.sender.user;
  exchange.user = own.user;
  return coupons(own, exchange, now);
}

net::Handled QueryCalls::coupons(const Target& target, Exchange& exchange, Now now) {
  CouponsQuestion question{.user = target.user, .policy = {}, .cursor = {}};
  const auto refuse = [&](std::string_view detail) {
    parts_.answering.problem(Problem::BadRequest, detail, exchange);
    return net::Handled::Now;
  };
  if (const auto text = query_value(target.query, "policyId")) {
    const auto id = parse_id(*text);
    if (!id) return refuse("policyId must be a policy id.");
    question.policy = PolicyId{*id};
  }
  const auto cursor = coupon_cursor_of(target.query);
  if (!cursor) return refuse(kWrongCursor);
  question.cursor = *cursor;

  if (const auto text = query_value(target.query, "after")) {
    exchange.ticket = parts_.answering.tickets().decode(*text);
    if (!exchange.ticket) {
      parts_.answering.problem(Problem::NotFound, "after is an unknown ticket.", exchange);
      return net::Handled::Now;
    }
    if (is_foreign(exchange)) return net::Handled::Now;
  }
  exchange.coupons = question;
  const auto wait = wait_of(target, exchange, parts_.settings.wait_default);
  if (!wait) return net::Handled::Now;
  return exchange.ticket ? ask_at_place(exchange, *wait, now) : ask(exchange);
}

/// If the ticket belongs to another history, answers it and returns true.
bool QueryCalls::is_foreign(Exchange& exchange) {
  const Ticket& ticket = *exchange.ticket;
  if (parts_.answering.tickets().is_of_this_history(ticket)) return false;
  parts_.answering.problem_about(Problem::Gone, kForeign, {ticket.policy, ticket.user}, exchange);
  return true;
}

/// A place of another era counts as decided: if it has a result, the store has it.
bool QueryCalls::decided(const Ticket& ticket) const {
  const auto partition = static_cast<std::size_t>(ticket.partition);
  if (ticket.era != parts_.answering.era() || ticket.partition < 0 || partition >= parts_.logs.size())
    return true;
  return parts_.logs[partition]->find(ticket.offset).held != replica::DecidedLog::Held::NotYet;
}

net::Handled QueryCalls::ask_at_place(Exchange& exchange, milliseconds wait, Now now) {
  const Ticket& ticket = *exchange.ticket;
  if (decided(ticket)) return ask(exchange);
  if (const std::string_view reason = unavailable_reason(ticket); !reason.empty()) {
    parts_.answering.problem(Problem::Unavailable, reason, exchange);
    return net::Handled::Now;
  }
  if (wait.count() == 0) {
    not_yet(exchange);
    return net::Handled::Now;
  }
  if (waiting_.size() >= parts_.settings.max_queries) {
    parts_.answering.problem(Problem::Overloaded, "Too many callers are waiting for a ticket.", exchange);
    return net::Handled::Now;
  }
  waiting_.emplace(++last_token_, Waiting{.caller = exchange.caller,
                                          .until = now.steady + wait,
                                          .partition = ticket.partition,
                                          .offset = ticket.offset});
  parts_.logs[static_cast<std::size_t>(ticket.partition)]->notify_at(ticket.offset, parts_.places,
                                                                     last_token_);
  return net::Handled::Later;
}

/// While a partition replays, an undecided place may already have been answered before the restart.
std::string_view QueryCalls::unavailable_reason(const Ticket& ticket) const {
  return admission::unavailable_reason(
      parts_.snapshots.partition(ticket.partition).health.load(std::memory_order_acquire));
}

net::Handled QueryCalls::ask(Exchange& exchange) {
  const Question question = exchange.coupons ? Question{*exchange.coupons} : Question{*exchange.ticket};
  if (parts_.queries.try_ask(exchange.caller, exchange.turns_with(), question, parts_.answers))
    return net::Handled::Later;
  parts_.answering.problem(Problem::Overloaded, "Too many queries are waiting for the store.", exchange);
  return net::Handled::Now;
}

void QueryCalls::place_decided(std::uint64_t token) {
  const auto found = waiting_.find(token);
  if (found == waiting_.end()) return;  // its deadline has passed
  const admission::Caller caller = found->second.caller;
  waiting_.erase(found);
  Exchange* exchange = parts_.callers.find(caller);
  if (exchange != nullptr && ask(*exchange) == net::Handled::Now) parts_.callers.answer(caller);
}

void QueryCalls::on_time(Now now) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    if (next->second.until > now.steady) {
      ++next;
      continue;
    }
    const auto [token, over] = *next;
    const admission::Caller caller = over.caller;
    parts_.logs[static_cast<std::size_t>(over.partition)]->forget(over.offset, parts_.places, token);
    next = waiting_.erase(next);
    if (Exchange* exchange = parts_.callers.find(caller)) {
      not_yet(*exchange);
      parts_.callers.answer(caller);
    }
  }
}

/// The place is not decided here within the wait. A list without it would be incomplete, so there is none.
void QueryCalls::not_yet(Exchange& exchange) {
  if (const std::string_view reason = unavailable_reason(*exchange.ticket); !reason.empty()) {
    return parts_.answering.problem(Problem::Unavailable, reason, exchange);
  }
  if (!exchange.coupons) return answer_ticket({.kind = TicketAnswer::Kind::Pending}, exchange);
  parts_.answering.problem(Problem::Unavailable,
                           "The request of this ticket is not decided here yet. Try again.", exchange);
}

void QueryCalls::question_answered(const QuestionAnswer& answer, Exchange& exchange) {
  if (const auto* ticket = std::get_if<TicketAnswer>(&answer)) {
    answer_ticket(*ticket, exchange);
  } else if (const auto* coupons = std::get_if<CouponsAnswer>(&answer)) {
    answer_coupons(*coupons, exchange);
  } else if (const auto* not_in_service = std::get_if<NotInService>(&answer)) {
    parts_.answering.problem(Problem::Unavailable, not_in_service->reason, exchange);
  } else {
    parts_.answering.problem(Problem::Unavailable, "The store cannot be read now. Try again.", exchange);
  }
}

void QueryCalls::answer_ticket(const TicketAnswer& answer, Exchange& exchange) {
  const Ticket& ticket = *exchange.ticket;
  const Subject subject{ticket.policy, ticket.user};
  switch (answer.kind) {
    case TicketAnswer::Kind::Gone:
      return parts_.answering.problem_about(
          Problem::Gone, "The request was refused, and the refusal is no longer stored.", subject, exchange);
    case TicketAnswer::Kind::Foreign:
      return parts_.answering.problem_about(Problem::Gone, kForeign, subject, exchange);
    case TicketAnswer::Kind::NotHeld:
      return parts_.answering.problem_about(
          Problem::Unavailable, "This node does not have the result of this ticket yet. Try again.", subject,
          exchange);
    case TicketAnswer::Kind::Pending:
    case TicketAnswer::Kind::Decided: break;
  }
  body_.clear();
  const bool pending = answer.kind == TicketAnswer::Kind::Pending;
  parts_.answering.append_decided(pending ? kResults[kPending].name : name_of(answer.code), ticket, answer,
                                  exchange.ids, body_);
  parts_.answering.json(200, body_, exchange, kNoStore);
}

void QueryCalls::answer_coupons(const CouponsAnswer& answer, Exchange& exchange) {
  body_ = '{';
  text::append_id("userId", exchange.coupons->user.value, exchange.ids, body_);
  body_ += R"(,"coupons":[)";
  for (const auto& [coupon, code] : answer.coupons) {
    if (body_.back() != '[') body_ += ',';
    body_ += '{';
    text::append_id("policyId", coupon.policy.value, exchange.ids, body_);
    text::append_member("sequence", coupon.sequence, body_);
    text::append_member("ordinal", coupon.user_ordinal, body_);
    if (!code.empty()) text::append_member("code", code, body_);
    text::append_member("issuedAt", coupon.issued_at, body_);
    body_ += '}';
  }
  body_ += ']';
  append_left_out(answer.left_out, body_);
  end_page(answer.next_cursor, body_);
  parts_.answering.json(200, body_, exchange, kNoStore);
}

}  // namespace firstcome::api
