#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

using Row = const HistoryRow*;

/// What is known of a policy for certain and for ever is told to everybody who asks later.
void check_for_ever(const Evidence& evidence, const PolicyBook& policies, const HistoryRow& row,
                    Report& report) {
  const Moment seen_at = row.sent - (row.is_early() ? Moment(evidence.max_staleness) : Moment{});
  const PolicyFacts& facts = policies.of(row.policy);
  if (row.code == Code::UnknownPolicy && facts.created_by < seen_at) {
    report.found(Invariant::C6, [&] {
      return who(evidence, row) + "told UNKNOWN_POLICY, though an answer before had shown that it exists";
    });
  }
  if (row.code != Code::Closed && row.code != Code::Exists && facts.closed_by < seen_at) {
    report.found(Invariant::C6, [&] {
      return who(evidence, row) + "told " + words(row.code) + ", though it had been closed before";
    });
  }
}

}  // namespace

void check_staleness(const Evidence& evidence, const PolicyBook& policies, Report& report) {
  std::vector<Row> early;
  std::vector<Row> decided;
  for (const HistoryRow& row : evidence.history) {
    if (row.told != Told::Decided) continue;
    if (row.asked != Asked::Ticket) check_for_ever(evidence, policies, row, report);
    if (row.is_early()) early.push_back(&row);
    if (row.has_place()) decided.push_back(&row);
  }
  std::sort(early.begin(), early.end(), [](Row a, Row b) { return a->sent < b->sent; });
  std::sort(decided.begin(), decided.end(), [](Row a, Row b) { return a->answered < b->answered; });
  std::map<Partition, Row> furthest;
  auto next = decided.begin();
  for (const Row row : early) {
    for (; next != decided.end() && (*next)->answered < row->sent - evidence.max_staleness; ++next) {
      Row& last = furthest[(*next)->partition];
      if (last == nullptr || (*next)->offset > last->offset) last = *next;
    }
    const auto found = furthest.find(row->partition);
    if (found == furthest.end() || found->second->offset < row->offset) continue;
    report.found(Invariant::C6, [&] {
      return fmt::format(
          "{}refused early with {} as of {}, though what stands at {} had been answered more than "
          "max-staleness before ({})",
          who(evidence, *row), words(row->code), words(row->where()), found->second->offset,
          line(evidence, *found->second));
    });
  }
}

}  // namespace firstcome::check
