#include "load/run_evidence.h"

#include <array>

#include "check/history_reader.h"

namespace firstcome::load {
namespace {

using check::HistoryRow;

/// By RequestResult; the ones that a decision names.
constexpr std::array kCodes{Code::Success, Code::AlreadyIssued, Code::SoldOut, Code::NotStarted,
                            Code::Ended,   Code::Paused,        Code::Closed,  Code::UnknownPolicy};

/// No word of firstcome's: of something between it and us.
bool is_of_others(const Row& row) { return row.outcome == RequestResult::OtherRefusal && row.status >= 500; }

void tell(const Row& row, HistoryRow& told) {
  if (is_final(row.outcome)) {
    told.response = check::ResponseKind::Decided;
    told.code = kCodes[index_of(row.outcome)];
  } else if (row.outcome == RequestResult::Pending) {
    told.response = check::ResponseKind::Pending;
  } else if (row.outcome == RequestResult::OutcomeUnknown || !is_answer(row.outcome) || is_of_others(row)) {
    told.response = check::ResponseKind::Unknown;
  } else if (row.outcome == RequestResult::OtherRefusal && row.request == check::RequestKind::Ticket &&
             row.status == 404) {
    told.response = check::ResponseKind::NotFound;
  } else {
    told.response = check::ResponseKind::NotAppended;
  }
}

HistoryRow history_row(const Row& row, PolicyId policy, std::string_view ticket, Tick start) {
  HistoryRow told{.policy = policy, .user = row.user, .sent = check::Moment{row.sent - start}};
  told.request =
      row.request == check::RequestKind::Ticket ? check::RequestKind::Ticket : check::RequestKind::Coupon;
  tell(row, told);
  if (row.answered != kNever) told.answered = check::Moment{row.answered - start};
  told.issued_at = from_millis(row.issued_at_ms);
  told.sequence = row.sequence;
  if (row.as_of_partition >= 0) told.set_place(check::PlaceKind::AsOf, {row.as_of_partition, row.as_of_offset});
  if (const auto place = check::read_ticket(ticket)) {
    told.set_place(check::PlaceKind::Ticket, place->place);
    told.ticket_of_another = place->policy != told.policy || place->user != told.user;
  }
  return told;
}

HistoryRow creation(const PolicySeen& policy, Tick start) {
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

check::Evidence evidence_of(const Plan& plan, Tick start, std::span<const PolicySeen> policies,
                            std::span<const RequestLog* const> request_logs) {
  check::Evidence evidence;
  evidence.first_line = 2;  // of the file, behind its head
  std::size_t rows = policies.size();
  for (const RequestLog* request_log : request_logs) rows += request_log->rows().size();
  evidence.history.reserve(rows);
  for (const PolicySeen& policy : policies) {
    if (policy.ours) evidence.history.push_back(creation(policy, start));
  }
  for (const RequestLog* request_log : request_logs) {
    for (const Row& row : request_log->rows()) {
      evidence.history.push_back(
          history_row(row, plan.policies[row.policy], request_log->ticket(row), start));
    }
  }
  return evidence;
}

}  // namespace firstcome::load
