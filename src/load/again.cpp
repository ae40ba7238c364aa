#include "load/again.h"

#include <algorithm>
#include <functional>

namespace firstcome::load {
namespace {

using Wanted = std::function<bool(const Row&)>;
using Ask = std::function<Question(const Row&, const RequestLog&)>;

Question by_ticket(const Row& row, const RequestLog& request_log) {
  return {.what = Question::What::Ticket,
          .policy = row.policy,
          .user = row.user,
          .ticket = request_log.ticket(row)};
}

Question once_more(const Row& row, const RequestLog&) {
  return {.what = Question::What::Coupon, .policy = row.policy, .user = row.user};
}

/// Every n-th of the wanted rows, so that it is `most` of them over the whole run.
void sample(std::span<const RequestLog* const> request_logs, std::int64_t most, const Wanted& wanted,
            const Ask& ask, std::vector<Question>& questions) {
  std::int64_t all = 0;
  for (const RequestLog* request_log : request_logs)
    all += std::ranges::count_if(request_log->rows(), wanted);
  const std::int64_t taken = std::min(most, all);
  std::int64_t seen = 0;
  for (const RequestLog* request_log : request_logs) {
    for (const Row& row : request_log->rows()) {
      if (!wanted(row)) continue;
      if (seen * taken / all != (seen + 1) * taken / all) questions.push_back(ask(row, *request_log));
      ++seen;
    }
  }
}

bool is_pending(const Row& row) {
  return row.outcome == RequestResult::Pending && row.ticket != Row::kNoTicket;
}

bool has_settled_ticket(const Row& row) {
  return row.ticket != Row::kNoTicket && row.outcome != RequestResult::Pending;
}

bool is_winner(const Row& row) { return row.outcome == RequestResult::Success; }

bool is_unknown(const Row& row) {
  return !is_answer(row.outcome) || row.outcome == RequestResult::OutcomeUnknown;
}

}  // namespace

std::vector<std::vector<Question>> deal_questions(const Plan& plan,
                                                  std::span<const RequestLog* const> request_logs,
                                                  std::size_t threads) {
  std::vector<Question> questions;
  sample(request_logs, plan.ask_again, is_pending, by_ticket, questions);
  sample(request_logs, plan.ask_again, has_settled_ticket, by_ticket, questions);
  sample(request_logs, plan.ask_again, is_winner, once_more, questions);
  sample(request_logs, plan.ask_again, is_unknown, once_more, questions);
  std::vector<std::vector<Question>> dealt(threads);
  for (std::size_t i = 0; i < questions.size(); ++i) dealt[i % threads].push_back(questions[i]);
  return dealt;
}

}  // namespace firstcome::load
