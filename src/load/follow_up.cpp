#include "load/follow_up.h"

#include <algorithm>
#include <functional>

namespace firstcome::load {
namespace {

using Filter = std::function<bool(const LoggedRequest&)>;
using MakeRequest = std::function<PlannedRequest(const LoggedRequest&, const RequestLog&)>;

bool is_command(const LoggedRequest& row) { return row.kind == check::RequestKind::CouponCommand; }

PlannedRequest by_ticket(const LoggedRequest& row, const RequestLog& request_log) {
  return {.kind = PlannedRequest::Kind::Ticket,
          .policy = row.policy,
          .user = row.user,
          .ticket = request_log.ticket(row)};
}

PlannedRequest repeated(const LoggedRequest& row, const RequestLog&) {
  if (!is_command(row)) return {.kind = PlannedRequest::Kind::Coupon, .policy = row.policy, .user = row.user};
  return {.kind = PlannedRequest::Kind::Command,
          .policy = row.policy,
          .user = row.user,
          .command = row.command,
          .order = row.order,
          .sequence = row.sequence};
}

PlannedRequest used_by_another_order(const LoggedRequest& row, const RequestLog& request_log) {
  PlannedRequest request = repeated(row, request_log);
  request.command = CouponCommand::Kind::Use;
  request.order = static_cast<std::uint8_t>(row.order + 1);
  return request;
}

/// Adds every n-th row that passes the filter, at most `most` rows, spread over the whole run.
void sample(std::span<const RequestLog* const> request_logs, std::int64_t most, const Filter& filter,
            const MakeRequest& make, std::vector<PlannedRequest>& requests) {
  std::int64_t all = 0;
  for (const RequestLog* request_log : request_logs)
    all += std::ranges::count_if(request_log->rows(), filter);
  const std::int64_t taken = std::min(most, all);
  std::int64_t seen = 0;
  for (const RequestLog* request_log : request_logs) {
    for (const LoggedRequest& row : request_log->rows()) {
      if (!filter(row)) continue;
      if (seen * taken / all != (seen + 1) * taken / all) requests.push_back(make(row, *request_log));
      ++seen;
    }
  }
}

bool is_pending(const LoggedRequest& row) {
  return row.result == RequestResult::Pending && row.ticket != LoggedRequest::kNoTicket;
}

bool is_decided_with_ticket(const LoggedRequest& row) {
  return row.result != RequestResult::Pending && row.ticket != LoggedRequest::kNoTicket;
}

bool is_winner(const LoggedRequest& row) { return row.result == RequestResult::Success; }

bool is_unknown(const LoggedRequest& row) {
  return !is_answer(row.result) || row.result == RequestResult::OutcomeUnknown;
}

bool is_accepted_command(const LoggedRequest& row) {
  return is_command(row) && row.result == RequestResult::Accepted;
}

}  // namespace

std::vector<std::vector<PlannedRequest>> follow_up_requests(const Plan& plan,
                                                            std::span<const RequestLog* const> request_logs,
                                                            std::size_t threads) {
  std::vector<PlannedRequest> requests;
  sample(request_logs, plan.follow_up, is_pending, by_ticket, requests);
  sample(request_logs, plan.follow_up, is_decided_with_ticket, by_ticket, requests);
  sample(request_logs, plan.follow_up, is_winner, repeated, requests);
  sample(request_logs, plan.follow_up, is_unknown, repeated, requests);
  sample(request_logs, plan.follow_up, is_accepted_command, repeated, requests);
  sample(request_logs, plan.follow_up, is_accepted_command, used_by_another_order, requests);
  std::vector<std::vector<PlannedRequest>> by_thread(threads);
  for (std::size_t i = 0; i < requests.size(); ++i) by_thread[i % threads].push_back(requests[i]);
  return by_thread;
}

}  // namespace firstcome::load
