#include <algorithm>
#include <map>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

using Row = const HistoryRow*;

/// The results about a closed policy.
bool shows_closed(const HistoryRow& row) {
  if (row.request == RequestKind::CouponCommand) return true;  // the coupons of a closed policy stay usable
  return row.code == Code::Closed || row.code == Code::Exists ||
         (row.command == PolicyCommand::Kind::Close && row.code == Code::Unchanged);
}

/// A policy that exists, or is closed, stays so: all later requests must see it.
void check_permanent_facts(const Evidence& evidence, const KnownPolicies& policies, const HistoryRow& row,
                           Report& report) {
  const Moment seen_at = row.sent - (row.is_early() ? Moment(evidence.max_staleness) : Moment{});
  const PolicyFacts& facts = policies.of(row.policy);
  if (row.code == Code::UnknownPolicy && facts.created_by < seen_at) {
    report.found(Invariant::C6,
                 "{}: got UNKNOWN_POLICY, but an earlier response shows that the policy exists",
                 RowLabel{evidence, row});
  }
  if (!shows_closed(row) && facts.closed_by < seen_at) {
    report.found(Invariant::C6, "{}: got {}, but the policy was closed before", RowLabel{evidence, row},
                 name_of(row.code));
  }
}

}  // namespace

void check_staleness(const Evidence& evidence, const KnownPolicies& policies, Report& report) {
  std::vector<Row> early;
  std::vector<Row> decided;
  for (const HistoryRow& row : evidence.history) {
    if (row.response != ResponseKind::Decided) continue;
    if (row.request != RequestKind::Ticket) check_permanent_facts(evidence, policies, row, report);
    if (row.is_early()) early.push_back(&row);
    if (row.has_ticket()) decided.push_back(&row);
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
    report.found(Invariant::C6,
                 "{}: refused early with {} as of {}, but the record at offset {} was answered more than "
                 "max-staleness before ({})",
                 RowLabel{evidence, *row}, name_of(row->code), row->place(), found->second->offset,
                 LineLabel{evidence, *found->second});
  }
}

}  // namespace firstcome::check
