#include <fmt/core.h>

#include <algorithm>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

void check_row_at_place(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  const ModelDecision* decided = model.at(row.where());
  if (decided == nullptr) {
    report.found(Invariant::C4, [&] {
      return who(evidence, row) + "acknowledged at " + words(row.where()) + ", where no record is";
    });
    return;
  }
  const auto kind = row.asked == Asked::Command ? ReadRecord::Kind::Command : ReadRecord::Kind::Request;
  if (decided->kind != kind || decided->policy != row.policy || decided->user != row.user) {
    report.found(Invariant::C4,
                 [&] { return who(evidence, row) + "another's record stands at " + words(row.where()); });
    return;
  }
  if (row.told != Told::Decided) return;
  const ModelCoupon* coupon = model.coupon(decided->policy, decided->sequence);
  if (row.code != decided->code) {
    report.found(Invariant::C7, [&] {
      return who(evidence, row) + "told " + words(row.code) + " at " + words(row.where()) +
             ", the journal says " + words(decided->code);
    });
  } else if (row.sequence != decided->sequence) {
    report.found(Invariant::C7, [&] {
      return fmt::format("{}told sequence {}, the journal says {}", who(evidence, row), row.sequence,
                         decided->sequence);
    });
  } else if (coupon != nullptr && row.issued_at != Timestamp{} && row.issued_at != coupon->issued_at) {
    report.found(Invariant::C7, [&] {
      return who(evidence, row) + "told that it was issued at " + format_rfc3339(row.issued_at) +
             ", the journal says " + format_rfc3339(coupon->issued_at);
    });
  } else if (row.revision != 0 && row.revision != decided->revision) {
    report.found(Invariant::C7,
                 [&] { return fmt::format("{}shown revision {}", who(evidence, row), row.revision); });
  }
}

/// Offset behind the last record that could be read by then.
Offset visible_until(const ModelPartition& partition, Moment at) {
  const auto& times = partition.visible_at;
  const auto later =
      std::partition_point(times.begin(), times.end(), [&](Moment seen) { return seen <= at; });
  if (later == times.begin()) return 0;
  return partition.decisions[static_cast<std::size_t>(later - times.begin()) - 1].offset + 1;
}

/// Was the refusal right at any place between the two? A node may be up to max-staleness behind.
bool refused_somewhere(const HistoryRow& row, const NaiveModel& model, Offset from, Offset to) {
  const ModelPartition& partition = model.partition(row.partition);
  if (model.answer_before(row.policy, row.user, from) == row.code) return true;
  for (std::size_t i = partition.records_before(from); i < partition.decisions.size(); ++i) {
    const Offset offset = partition.decisions[i].offset;
    if (offset >= to) break;
    if (model.answer_before(row.policy, row.user, offset + 1) == row.code) return true;
  }
  return false;
}

void check_freshness(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  const ModelPartition& partition = model.partition(row.partition);
  if (partition.visible_at.size() != partition.decisions.size()) return;  // nobody knows when
  const Offset now = visible_until(partition, row.answered);
  const Offset fresh = visible_until(partition, row.answered - evidence.max_staleness);
  if (refused_somewhere(row, model, fresh, now)) return;
  report.found(Invariant::C6, [&] {
    return who(evidence, row) + "refused early with " + words(row.code) + " as of " + words(row.where()) +
           ", more than max-staleness behind";
  });
}

void check_early(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  if (row.partition != model.home_of(row.policy)) {
    report.found(Invariant::C6,
                 [&] { return who(evidence, row) + "an early refusal as of another partition"; });
    return;
  }
  const Code there = model.answer_before(row.policy, row.user, row.offset);
  if (there != row.code) {
    report.found(Invariant::C6, [&] {
      return who(evidence, row) + "refused early with " + words(row.code) + " as of " + words(row.where()) +
             ", where the journal says " + words(there);
    });
  }
  if (static_cast<std::size_t>(row.offset) > model.partition(row.partition).codes.size()) {
    report.found(Invariant::C6,
                 [&] { return who(evidence, row) + "refused as of a place behind the journal's end"; });
  }
  if (row.code == Code::AlreadyIssued) {
    const ModelCoupon* held = model.coupon(row.policy, row.sequence);
    if (held == nullptr || held->user != row.user ||
        (row.issued_at != Timestamp{} && row.issued_at != held->issued_at)) {
      report.found(Invariant::C7,
                   [&] { return who(evidence, row) + "told early of a coupon that is not the user's"; });
    }
  }
  check_freshness(evidence, row, report);
}

}  // namespace

void check_told_is_decided(const Evidence& evidence, Report& report) {
  for (const HistoryRow& row : evidence.history) {
    if (row.has_place()) check_row_at_place(evidence, row, report);
    if (row.is_early()) check_early(evidence, row, report);
  }
}

}  // namespace firstcome::check
