#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// FORWARDED, DUPLICATE and the like say what became of a record; they answer nobody.
bool is_an_answer(const HistoryRow& row) {
  if (row.asked != Asked::Command) return row.code >= Code::Success && row.code <= Code::UnknownPolicy;
  return (row.code >= Code::Accepted && row.code <= Code::Exists) || row.code == Code::Closed ||
         row.code == Code::UnknownPolicy;
}

void check_decided(const Evidence& evidence, const HistoryRow& row, Report& report) {
  if (!is_an_answer(row)) {
    report.found(Check::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + ", which answers nobody"; });
  }
  if (row.is_early() && row.code == Code::Success) {
    report.found(Check::C6, [&] { return who(evidence, row) + "a SUCCESS without a place"; });
  }
  if (row.names_coupon() && row.sequence == 0) {
    report.found(Check::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + " without a sequence"; });
  }
  // On the wire a command has no ticket.
  if (row.asked == Asked::Coupon && row.stands == HistoryRow::Stands::Nowhere) {
    report.found(Check::C7,
                 [&] { return who(evidence, row) + "told " + words(row.code) + " without a place"; });
  }
}

}  // namespace

void check_rows(const Evidence& evidence, Report& report) {
  std::size_t acknowledged = 0;
  std::size_t decided = 0;
  std::size_t unknown = 0;
  for (const HistoryRow& row : evidence.history) {
    decided += row.told == Told::Decided ? 1 : 0;
    acknowledged += row.has_place() || row.told == Told::Pending ? 1 : 0;
    unknown += row.told == Told::Unknown && row.asked != Asked::Ticket ? 1 : 0;
    if (row.told == Told::Decided) check_decided(evidence, row, report);
    if (row.told == Told::Pending && !row.has_place()) {
      report.found(Check::C4, [&] { return who(evidence, row) + "PENDING without a place"; });
    }
    if (row.ticket_of_another) {
      report.found(Check::C7,
                   [&] { return who(evidence, row) + "got the ticket of somebody else's request"; });
    }
  }
  report.looked_at(Check::C4, acknowledged);
  report.looked_at(Check::C7, decided);
  report.looked_at(Check::C10, unknown);
}

}  // namespace firstcome::check
