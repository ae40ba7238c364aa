#include "check/judge.h"

#include "check/by_user.h"
#include "check/checks.h"
#include "check/copies.h"

namespace firstcome::check {
namespace {

void check_users_of_all(const Evidence& evidence, const PolicyBook& policies,
                        const std::vector<LateOutcome>& late, std::vector<bool>& compared, Report& report) {
  const std::vector<ByUser> rows = rows_by_user(evidence);
  std::optional<Copies> appended_again;
  if (evidence.journal != nullptr) appended_again.emplace(evidence, policies, report);
  const Copies* copies = appended_again ? &*appended_again : nullptr;
  check_sequences(evidence, policies, check_users(evidence, policies, rows, late, copies, compared, report),
                  report);
  if (evidence.store) check_told_is_held(evidence, policies, rows, copies, report);
  if (copies != nullptr) check_appended_once(evidence, policies, rows, *copies, report);
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

Report judge(const Evidence& evidence, std::size_t words_most) {
  Report report(words_most);
  const PolicyBook policies(evidence);
  check_rows(evidence, report);
  std::vector<bool> compared(evidence.history.size());
  const std::vector<LateOutcome> late = check_tickets(evidence, compared, report);
  check_users_of_all(evidence, policies, late, compared, report);
  count_compared(evidence, compared, report);
  check_order(evidence, policies, late, report);
  check_places(evidence, policies, late, report);
  check_staleness(evidence, policies, report);
  if (evidence.store) {
    check_coupons(evidence, policies, report);
    check_batches_tile(evidence, report);
    check_no_under_issue(evidence, policies, report);
    if (evidence.journal == nullptr) check_told_is_stored(evidence, report);
  }
  if (evidence.journal != nullptr) {
    check_told_is_decided(evidence, report);
    check_relays(evidence, report);
    if (evidence.store) check_store_is_model(evidence, report);
  }
  note_what_is_missing(evidence, report);
  return report;
}

}  // namespace firstcome::check
