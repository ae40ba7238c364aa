#include "load/run_evidence.h"

#include <array>

#include "check/history_reader.h"

namespace firstcome::load {
namespace {

using check::HistoryRow;

/// By RequestResult, of the final ones.
constexpr std::array kCodes{Code::Success,     Code::AlreadyIssued, Code::SoldOut,   Code::NotStarted,
                            Code::Ended,       Code::Paused,        Code::Closed,    Code::UnknownPolicy,
                            Code::NotEligible, Code::Refused,       Code::Accepted,  Code::Unchanged,
                            Code::AlreadyUsed, Code::Reserved,      Code::Cancelled, Code::Expired,
                            Code::NotYetValid, Code::NotReserved,   Code::NotUsed,   Code::UnknownCoupon};
static_assert(kCodes.size() == index_of(RequestResult::UnknownCoupon) + 1);

/// A response of an intermediary, not of firstcome.
bool is_of_intermediary(const LoggedRequest& row) {
  return row.result == RequestResult::OtherRefusal && row.status >= 500;
}

void set_response(const LoggedRequest& row, HistoryRow& history) {
  if (is_final(row.result)) {
    history.response = check::ResponseKind::Decided;
    history.code = kCodes[index_of(row.result)];
  } else if (row.result == RequestResult::Pending) {
    history.response = check::ResponseKind::Pending;
  } else if (row.result == RequestResult::OutcomeUnknown || !is_answer(row.result) ||
             is_of_intermediary(row)) {
    history.response = check::ResponseKind::Unknown;
  } else if (row.result == RequestResult::OtherRefusal && row.kind == check::RequestKind::Ticket &&
             row.status == 404) {
    history.response = check::ResponseKind::NotFound;
  } else {
    history.response = check::ResponseKind::NotAppended;
  }
}

HistoryRow command_row(const LoggedRequest& row, PolicyId policy, Tick start, check::Evidence& evidence) {
  HistoryRow history{.policy = policy, .sent = check::Moment{row.sent - start}};
  history.request = check::RequestKind::CouponCommand;
  history.coupon_command = row.command;
  history.sequence = row.sequence;
  evidence.references.push_back(reference_text(policy, row.sequence, row.order));
  history.reference = static_cast<std::uint32_t>(evidence.references.size());
  set_response(row, history);
  if (row.answered != kNever) history.answered = check::Moment{row.answered - start};
  if (row.as_of_partition >= 0)
    history.set_place(check::PlaceKind::Ticket, {row.as_of_partition, row.as_of_offset});
  return history;
}

HistoryRow history_row(const LoggedRequest& row, PolicyId policy, std::string_view ticket, Tick start) {
  HistoryRow history{.policy = policy, .user = row.user, .sent = check::Moment{row.sent - start}};
  history.request =
      row.kind == check::RequestKind::Ticket ? check::RequestKind::Ticket : check::RequestKind::Coupon;
  set_response(row, history);
  if (row.answered != kNever) history.answered = check::Moment{row.answered - start};
  history.issued_at = from_millis(row.issued_at_ms);
  history.sequence = row.sequence;
  if (row.as_of_partition >= 0)
    history.set_place(check::PlaceKind::AsOf, {row.as_of_partition, row.as_of_offset});
  if (const auto place = check::read_ticket(ticket)) {
    history.set_place(check::PlaceKind::Ticket, place->place);
    history.ticket_of_another = place->policy != history.policy || place->user != history.user;
  }
  return history;
}

HistoryRow creation(const BenchPolicy& policy, Tick start) {
  HistoryRow row{.policy = policy.id,
                 .sent = check::Moment{policy.sent - start},
                 .answered = check::Moment{policy.answered - start},
                 .max_count = static_cast<std::int32_t>(policy.max_count),
                 .revision = static_cast<std::int32_t>(policy.revision),
                 .request = check::RequestKind::Command,
                 .response = check::ResponseKind::Decided,
                 .code = Code::Accepted};
  return row;
}

}  // namespace

check::Evidence evidence_of(const Plan& plan, Tick start, std::span<const BenchPolicy> policies,
                            std::span<const RequestLog* const> request_logs) {
  check::Evidence evidence;
  evidence.first_line = 2;  // the file has a head
  std::size_t rows = policies.size();
  for (const RequestLog* request_log : request_logs) rows += request_log->rows().size();
  evidence.history.reserve(rows);
  for (const BenchPolicy& policy : policies) {
    if (policy.created) evidence.history.push_back(creation(policy, start));
  }
  for (const RequestLog* request_log : request_logs) {
    for (const LoggedRequest& row : request_log->rows()) {
      const PolicyId policy = plan.policies[row.policy];
      evidence.history.push_back(row.kind == check::RequestKind::CouponCommand
                                     ? command_row(row, policy, start, evidence)
                                     : history_row(row, policy, request_log->ticket(row), start));
    }
  }
  return evidence;
}

}  // namespace firstcome::load
