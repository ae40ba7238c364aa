#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// FORWARDED, DUPLICATE and the like say what became of a record; they answer nobody.
bool is_an_answer(const HistoryRow& row) {
  if (row.asked != Asked::Command) return row.code >= Code::Success && row.code <= Code::UnknownPolicy;
  return (row.code >= Code::Accepted && row.code <= Code::Exists) || row.code == Code::Closed ||
         row.code == Code::UnknownPolicy || row.code == Code::Unchanged;
}

void check_decided(const Evidence& evidence, const HistoryRow& row, Report& report) {
  if (!is_an_answer(row)) {
    report.found(Invariant::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + ", which answers nobody"; });
  }
  if (row.is_early() && row.code == Code::Success) {
    report.found(Invariant::C6, [&] { return who(evidence, row) + "a SUCCESS without a place"; });
  }
  if (row.names_coupon() && row.sequence == 0) {
    report.found(Invariant::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + " without a sequence"; });
  }
  // On the wire a command has no ticket.
  if (row.asked == Asked::Coupon && row.stands == HistoryRow::Stands::Nowhere) {
    report.found(Invariant::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + " without a place"; });
  }
}

}  // namespace

void check_rows(const Evidence& evidence, Report& report) {
  for (const HistoryRow& row : evidence.history) {
    if (row.told == Told::Decided) check_decided(evidence, row, report);
    if (row.told == Told::Pending && !row.has_place()) {
      report.found(Invariant::C4, [&] { return who(evidence, row) + "PENDING without a place"; });
    }
    if (row.ticket_of_another) {
      report.found(Invariant::C7,
                   [&] { return who(evidence, row) + "got the ticket of somebody else's request"; });
    }
  }
}

void count_compared(const Evidence& evidence, const std::vector<bool>& compared, Report& report) {
  std::size_t decided = 0;
  std::size_t judged = 0;
  for (std::size_t i = 0; i < evidence.history.size(); ++i) {
    const HistoryRow& row = evidence.history[i];
    const bool has_no_ticket = row.asked == Asked::Command && !row.has_place();
    if (row.told != Told::Decided || has_no_ticket) continue;
    ++decided;
    const bool by_store = evidence.store && row.has_place();
    const bool by_journal = evidence.journal != nullptr && row.stands != HistoryRow::Stands::Nowhere;
    judged += compared[i] || by_store || by_journal ? 1 : 0;
  }
  report.looked_at(Invariant::C7, judged);
  report.not_judged(Invariant::C7, decided - judged);
}

}  // namespace firstcome::check
