#include "api/query_calls.h"

#include <charconv>
#include <utility>

#include "admission/unfit.h"
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
    "This ticket was given after the backup from which these data were restored, or by another copy of them: "
    "its "
    "place holds another request here.";

}  // namespace

QueryCalls::QueryCalls(Callers& callers, Answering& answering, QueryThread& queries,
                       std::vector<replica::DecidedLog*> logs, const replica::PolicySnapshots& snapshots,
                       replica::AnswerSink& places, QuestionSink& answers, const CallSettings& settings)
    : callers_(callers),
      answering_(answering),
      queries_(queries),
      logs_(std::move(logs)),
      snapshots_(snapshots),
      places_(places),
      answers_(answers),
      settings_(settings) {}

std::optional<milliseconds> QueryCalls::wait_of(const Target& target, Exchange& exchange,
                                                milliseconds otherwise) {
  const auto text = query_value(target.query, "wait");
  if (!text) return settings_.wait(exchange.request.wait_seconds, otherwise);
  const auto seconds = whole_seconds(*text);
  if (!seconds) {
    answering_.problem(Problem::BadRequest, "wait must be a whole number of seconds.", exchange);
    return std::nullopt;
  }
  return settings_.wait(seconds, otherwise);
}

net::Handled QueryCalls::ticket(const Target& target, Exchange& exchange, Now now) {
  exchange.ticket = answering_.seal().open(target.ticket);
  if (!exchange.ticket) {
    answering_.problem(Problem::NotFound, "This is no ticket of ours.", exchange);
    return net::Handled::Now;
  }
  if (is_foreign(exchange)) return net::Handled::Now;
  const auto wait = wait_of(target, exchange, milliseconds{0});
  if (!wait) return net::Handled::Now;
  return ask_at_place(exchange, *wait, now);
}

net::Handled QueryCalls::coupons(const Target& target, Exchange& exchange, Now now) {
  CouponsQuestion question{.user = target.user, .policy = {}, .cursor = {}};
  const auto refuse = [&](std::string_view words) {
    answering_.problem(Problem::BadRequest, words, exchange);
    return net::Handled::Now;
  };
  if (const auto text = query_value(target.query, "policyId")) {
    const auto id = parse_id(*text);
    if (!id) return refuse("policyId must be a policy id.");
    question.policy = PolicyId{*id};
  }
  const auto cursor = cursor_of(target.query);
  if (!cursor) return refuse(kWrongCursor);
  if (!question.policy) question.cursor = *cursor;  // a single policy has no pages

  if (const auto text = query_value(target.query, "after")) {
    exchange.ticket = answering_.seal().open(*text);
    if (!exchange.ticket) {
      answering_.problem(Problem::NotFound, "after must be a ticket of ours.", exchange);
      return net::Handled::Now;
    }
    if (is_foreign(exchange)) return net::Handled::Now;
  }
  exchange.coupons = question;
  const auto wait = wait_of(target, exchange, settings_.wait_default);
  if (!wait) return net::Handled::Now;
  return exchange.ticket ? ask_at_place(exchange, *wait, now) : ask(exchange);
}

/// Answers it, if the ticket's place belongs to another history: what happens there is not waited for.
bool QueryCalls::is_foreign(Exchange& exchange) {
  const Ticket& ticket = *exchange.ticket;
  if (answering_.seal().is_of_this_history(ticket)) return false;
  answering_.problem_about(Problem::Gone, kForeign, {ticket.policy, ticket.user}, exchange);
  return true;
}

/// Places of another era are not waited for: the store knows them or nobody does.
bool QueryCalls::decided(const Ticket& ticket) const {
  const auto partition = static_cast<std::size_t>(ticket.partition);
  if (ticket.era != answering_.era() || ticket.partition < 0 || partition >= logs_.size()) return true;
  return logs_[partition]->find(ticket.offset).held != replica::DecidedLog::Held::NotYet;
}

net::Handled QueryCalls::ask_at_place(Exchange& exchange, milliseconds wait, Now now) {
  const Ticket& ticket = *exchange.ticket;
  if (decided(ticket)) return ask(exchange);
  if (const std::string_view words = unfit(ticket); !words.empty()) {
    answering_.problem(Problem::Unavailable, words, exchange);
    return net::Handled::Now;
  }
  if (wait.count() == 0) {
    not_yet(exchange);
    return net::Handled::Now;
  }
  if (waiting_.size() >= settings_.max_queries) {
    answering_.problem(Problem::Overloaded, "Too many callers wait for a place already.", exchange);
    return net::Handled::Now;
  }
  waiting_.emplace(++last_token_, Waiting{.caller = exchange.caller,
                                          .until = now.steady + wait,
                                          .partition = ticket.partition,
                                          .offset = ticket.offset});
  logs_[static_cast<std::size_t>(ticket.partition)]->notify_at(ticket.offset, places_, last_token_);
  return net::Handled::Later;
}

/// What is not decided while its partition replays may have been answered before.
std::string_view QueryCalls::unfit(const Ticket& ticket) const {
  return admission::unfit_words(
      snapshots_.partition(ticket.partition).health.load(std::memory_order_acquire));
}

net::Handled QueryCalls::ask(Exchange& exchange) {
  const Question question = exchange.coupons ? Question{*exchange.coupons} : Question{*exchange.ticket};
  if (queries_.try_ask(exchange.caller, question, answers_)) return net::Handled::Later;
  answering_.problem(Problem::Overloaded, "Too many questions wait for the store already.", exchange);
  return net::Handled::Now;
}

void QueryCalls::place_decided(std::uint64_t token) {
  const auto found = waiting_.find(token);
  if (found == waiting_.end()) return;  // the wait was over before
  const admission::Caller caller = found->second.caller;
  waiting_.erase(found);
  Exchange* exchange = callers_.find(caller);
  if (exchange != nullptr && ask(*exchange) == net::Handled::Now) callers_.answer(caller);
}

void QueryCalls::on_time(Now now) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    if (next->second.until > now.steady) {
      ++next;
      continue;
    }
    const auto [token, over] = *next;
    const admission::Caller caller = over.caller;
    logs_[static_cast<std::size_t>(over.partition)]->forget(over.offset, places_, token);
    next = waiting_.erase(next);
    if (Exchange* exchange = callers_.find(caller)) {
      not_yet(*exchange);
      callers_.answer(caller);
    }
  }
}

/// The place is not decided here within the wait. A list that should hold it and does not would be a lie.
void QueryCalls::not_yet(Exchange& exchange) {
  if (const std::string_view words = unfit(*exchange.ticket); !words.empty()) {
    return answering_.problem(Problem::Unavailable, words, exchange);
  }
  if (!exchange.coupons) return answer_ticket({.kind = TicketAnswer::Kind::Pending}, exchange);
  answering_.problem(Problem::Unavailable, "The place of this ticket is not decided here yet; ask again.",
                     exchange);
}

void QueryCalls::question_answered(const QuestionAnswer& answer, Exchange& exchange) {
  if (const auto* ticket = std::get_if<TicketAnswer>(&answer)) {
    answer_ticket(*ticket, exchange);
  } else if (const auto* coupons = std::get_if<CouponsAnswer>(&answer)) {
    answer_coupons(*coupons, exchange);
  } else if (const auto* unfit = std::get_if<Unfit>(&answer)) {
    answering_.problem(Problem::Unavailable, unfit->words, exchange);
  } else {
    answering_.problem(Problem::Unavailable, "The store cannot be read now; ask again.", exchange);
  }
}

void QueryCalls::answer_ticket(const TicketAnswer& answer, Exchange& exchange) {
  const Ticket& ticket = *exchange.ticket;
  const Subject subject{ticket.policy, ticket.user};
  switch (answer.kind) {
    case TicketAnswer::Kind::Gone:
      return answering_.problem_about(Problem::Gone, "It was a refusal, and is no longer kept.", subject,
                                      exchange);
    case TicketAnswer::Kind::Foreign:
      return answering_.problem_about(Problem::Gone, kForeign, subject, exchange);
    case TicketAnswer::Kind::NotHeld:
      return answering_.problem_about(Problem::Unavailable,
                                      "This node does not hold the ticket's place yet; ask again.", subject,
                                      exchange);
    case TicketAnswer::Kind::Pending:
    case TicketAnswer::Kind::Decided: break;
  }
  body_.clear();
  const bool pending = answer.kind == TicketAnswer::Kind::Pending;
  answering_.append_decided(pending ? kResults[kPending].name : name_of(answer.code), ticket, answer.coupon,
                            answer.issue_starts_at, body_);
  answering_.json(200, body_, exchange, kNoStore);
}

void QueryCalls::answer_coupons(const CouponsAnswer& answer, Exchange& exchange) {
  body_ = R"({"userId":)";
  text::append_number(exchange.coupons->user.value, body_);
  body_ += R"(,"coupons":[)";
  for (const Coupon& coupon : answer.coupons) {
    if (body_.back() != '[') body_ += ',';
    body_ += R"({"policyId":)";
    text::append_number(coupon.policy.value, body_);
    body_ += R"(,"sequence":)";
    text::append_number(coupon.sequence, body_);
    body_ += R"(,"issuedAt":)";
    text::append_time(coupon.issued_at, body_);
    body_ += '}';
  }
  body_ += ']';
  append_left_out(answer.left_out, body_);
  end_page(answer.next_cursor, body_);
  answering_.json(200, body_, exchange, kNoStore);
}

}  // namespace firstcome::api
