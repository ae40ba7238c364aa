#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// False for codes such as FORWARDED and DUPLICATE, which describe a record and are never returned to a caller.
bool is_returned_to_callers(const HistoryRow& row) {
  if (row.request == RequestKind::CouponCommand) {
    return (row.code >= Code::UnknownCoupon && row.code <= Code::NotUsed) || row.code == Code::Accepted ||
           row.code == Code::Unchanged || row.code == Code::Refused || row.code == Code::UnknownPolicy;
  }
  if (row.request != RequestKind::Command) {
    return (row.code >= Code::Success && row.code <= Code::UnknownPolicy) || row.code == Code::Refused ||
           row.code == Code::NotEligible;
  }
  return (row.code >= Code::Accepted && row.code <= Code::Exists) || row.code == Code::Closed ||
         row.code == Code::UnknownPolicy || row.code == Code::Unchanged;
}

void check_decided(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const RowLabel label{evidence, row};
  if (!is_returned_to_callers(row)) {
    report.found(Invariant::C7, "{}: got {}, which is never returned to a caller", label, name_of(row.code));
  }
  if (row.is_early() && row.code == Code::Success) {
    report.found(Invariant::C6, "{}: got SUCCESS without a ticket", label);
  }
  if (row.names_coupon() && row.sequence == 0) {
    report.found(Invariant::C7, "{}: got {} without a sequence", label, name_of(row.code));
  }
  // The response to a command has no ticket.
  if (row.request == RequestKind::Coupon && !row.has_place()) {
    report.found(Invariant::C7, "{}: got {} without a ticket or asOf", label, name_of(row.code));
  }
}

}  // namespace

void check_rows(const Evidence& evidence, Report& report) {
  for (const HistoryRow& row : evidence.history) {
    const RowLabel label{evidence, row};
    if (row.response == ResponseKind::Decided) check_decided(evidence, row, report);
    if (row.response == ResponseKind::Pending && !row.has_ticket())
      report.found(Invariant::C4, "{}: got PENDING without a ticket", label);
    if (row.ticket_of_another) report.found(Invariant::C7, "{}: got the ticket of another request", label);
  }
}

void count_compared(const Evidence& evidence, const std::vector<bool>& compared, Report& report) {
  std::size_t decided = 0;
  std::size_t judged = 0;
  for (std::size_t i = 0; i < evidence.history.size(); ++i) {
    const HistoryRow& row = evidence.history[i];
    // Without the store and the journal, C11 is what judges the commands of coupons.
    const bool is_command =
        row.is_command() && (!row.has_ticket() || (!evidence.store && evidence.journal == nullptr));
    if (row.response != ResponseKind::Decided || is_command) continue;
    ++decided;
    const bool by_store = evidence.store && row.has_ticket();
    const bool by_journal = evidence.journal != nullptr && row.has_place();
    judged += compared[i] || by_store || by_journal ? 1 : 0;
  }
  report.judged(Invariant::C7, judged);
  report.not_judged(Invariant::C7, decided - judged);
}

}  // namespace firstcome::check
