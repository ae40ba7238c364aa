#include "check/judge.h"

#include "check/by_user.h"
#include "check/checks.h"
#include "check/copies.h"

namespace firstcome::check {
namespace {

/// The checks that need the rows sorted by user.
void check_by_user(const Evidence& evidence, const KnownPolicies& policies, const TicketResults& tickets,
                   const Copies* copies, std::vector<bool>& compared, Report& report) {
  const std::vector<ByUser> rows = rows_by_user(evidence);
  check_sequences(evidence, policies,
                  check_users(evidence, policies, rows, tickets.late, copies, compared, report), report);
  if (evidence.store) check_answers_against_coupons(evidence, policies, rows, copies, report);
  if (copies != nullptr) check_appended_once(evidence, policies, rows, tickets.joined, *copies, report);
}

void note_what_is_missing(const Evidence& evidence, Report& report) {
  if (!evidence.store) {
    report.needs(Invariant::C5, "the store and the journal");
    report.needs(Invariant::C8, "the store");
  } else if (evidence.journal == nullptr) {
    report.needs(Invariant::C5, "the journal");
  }
}

}  // namespace

Report judge(const Evidence& evidence, std::size_t texts_max) {
  Report report(texts_max);
  const KnownPolicies policies(evidence);
  check_rows(evidence, report);
  std::vector<bool> compared(evidence.history.size());
  const TicketResults tickets = check_tickets(evidence, compared, report);
  std::optional<Copies> found_copies;
  if (evidence.journal != nullptr) found_copies.emplace(evidence, policies, report);
  const Copies* copies = found_copies ? &*found_copies : nullptr;
  check_by_user(evidence, policies, tickets, copies, compared, report);
  count_compared(evidence, compared, report);
  check_order(evidence, policies, tickets, report);
  check_places(evidence, policies, tickets, report);
  check_staleness(evidence, policies, report);
  check_coupon_commands(evidence, policies, copies, report);
  if (evidence.store) {
    check_coupons(evidence, policies, report);
    check_coupon_changes(evidence, policies, copies, report);
    check_batches(evidence, report);
    check_no_under_issue(evidence, policies, report);
    if (evidence.journal == nullptr) check_answers_against_codes(evidence, report);
  }
  if (evidence.journal != nullptr) {
    check_answers_against_journal(evidence, report);
    check_relays(evidence, report);
    if (evidence.store) check_store_against_model(evidence, report);
  }
  note_what_is_missing(evidence, report);
  return report;
}

}  // namespace firstcome::check
