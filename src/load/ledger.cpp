#include "load/ledger.h"

#include <iterator>
#include <string>
#include <utility>

namespace firstcome::load {
namespace {

void take_over(const Answer& answer, Row& row) {
  row.status = static_cast<std::int16_t>(answer.status);
  row.sequence = static_cast<std::int32_t>(answer.sequence);
  if (answer.issued_at) row.issued_at_ms = to_millis(*answer.issued_at);
  if (!answer.as_of) return;
  row.as_of_partition = answer.as_of->partition;
  row.as_of_offset = answer.as_of->offset;
  row.as_of_at_ms = to_millis(answer.as_of->at);
}

}  // namespace

void Ledger::measure(bool running) {
  running_ = running;
  interval_ = {};
}

void Ledger::answered(const Question& question, const ClientConnection& connection, const Answer& answer,
                      Tick now) {
  if (!is_about(question, answer)) {
    tally_.remark("an answer that names another user or policy than was asked for");
    return note(question, connection, answer, RequestResult::Unreadable, now);
  }
  if (answer.outcome == RequestResult::OtherRefusal) {
    tally_.remark("HTTP " + std::to_string(answer.status) + " " + std::string(answer.result));
  }
  if (running_) last_answer_ = now;
  note(question, connection, answer, answer.outcome, now);
}

void Ledger::unanswered(const Question& question, const ClientConnection& connection, RequestResult why,
                        std::string_view complaint, Tick now) {
  if (!complaint.empty()) tally_.remark("an answer that cannot be read: " + std::string(complaint));
  note(question, connection, {}, why, now);
}

void Ledger::dropped(std::int64_t requests) {
  tally_.dropped += requests;
  interval_.dropped += requests;
}

Interval Ledger::take_interval() { return std::exchange(interval_, {}); }

bool Ledger::is_about(const Question& question, const Answer& answer) const {
  if (question.what == Question::What::Fixed) return true;
  const auto policy = plan_.policies[question.policy].value;
  return (answer.user == 0 || answer.user == question.user.value) &&
         (answer.policy == 0 || answer.policy == policy);
}

void Ledger::count_fixed(const Answer& answer, nanoseconds latency) {
  if (answer.status == 201) {
    tally_.fixed.add(latency);
    interval_.fixed.add(latency);
    return;
  }
  ++tally_.fixed_unanswered;
  if (answer.status != 0) {
    tally_.remark("HTTP " + std::to_string(answer.status) + " instead of the fixed answer");
  }
}

void Ledger::count(RequestResult outcome, nanoseconds latency, nanoseconds service) {
  tally_.latencies[index_of(outcome)].add(latency);
  ++interval_.counts[index_of(outcome)];
  if (!is_answer(outcome)) return;
  tally_.service.add(service);
  interval_.latencies.add(latency);
}

void Ledger::note(const Question& question, const ClientConnection& connection, const Answer& answer,
                  RequestResult outcome, Tick now) {
  const nanoseconds latency{now - question.intended};
  if (question.what == Question::What::Fixed) return count_fixed(answer, latency);
  if (running_) {
    count(outcome, latency, nanoseconds{now - connection.since()});
    if (std::ssize(request_log_.rows()) >= plan_.keep / plan_.threads) {
      ++tally_.not_kept;
      return;
    }
  }
  const bool by_ticket = question.what == Question::What::Ticket;
  Row row{.user = question.user,
          .sent = connection.since(),
          .policy = question.policy,
          .server = connection.server(),
          .request = by_ticket ? check::RequestKind::Ticket : check::RequestKind::Coupon,
          .outcome = outcome};
  std::string_view ticket = question.ticket;
  if (is_answer(outcome)) {
    row.answered = now;
    take_over(answer, row);
    if (!by_ticket) ticket = answer.ticket;
  }
  row.ticket = request_log_.keep_ticket(ticket);
  request_log_.add(row);
}

}  // namespace firstcome::load
