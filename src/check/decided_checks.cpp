#include <algorithm>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

void check_final(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  const RowLabel label{evidence, row};
  const ModelDecision* decided = model.at(row.place());
  if (decided == nullptr) {
    report.found(Invariant::C4, "{}: acknowledged at {}, but the journal has no record there", label,
                 row.place());
    return;
  }
  const auto kind = row.request == RequestKind::Command         ? ParsedRecord::Kind::Command
                    : row.request == RequestKind::CouponCommand ? ParsedRecord::Kind::Coupon
                                                                : ParsedRecord::Kind::Request;
  // The sequence of a coupon that does not exist is not in the decision.
  const bool of_another_coupon = row.request == RequestKind::CouponCommand && decided->sequence != 0 &&
                                 decided->sequence != row.sequence;
  if (decided->kind != kind || decided->policy != row.policy || decided->user != row.user ||
      of_another_coupon) {
    report.found(Invariant::C4, "{}: the record at {} is of another request", label, row.place());
    return;
  }
  if (row.response != ResponseKind::Decided) return;
  const ModelCoupon* coupon = model.coupon(decided->policy, decided->sequence);
  if (row.code != decided->code) {
    report.found(Invariant::C7, "{}: got {} at {}, but the journal has {}", label, name_of(row.code),
                 row.place(), name_of(decided->code));
  } else if (row.sequence != decided->sequence && row.request != RequestKind::CouponCommand) {
    report.found(Invariant::C7, "{}: got sequence {}, but the journal has {}", label, row.sequence,
                 decided->sequence);
  } else if (coupon != nullptr && row.issued_at != Timestamp{} && row.issued_at != coupon->issued_at) {
    report.found(Invariant::C7, "{}: got issue time {}, but the journal has {}", label,
                 format_rfc3339(row.issued_at), format_rfc3339(coupon->issued_at));
  } else if (row.revision != 0 && row.revision != decided->revision) {
    report.found(Invariant::C7, "{}: got revision {}, but the journal has {}", label, row.revision,
                 decided->revision);
  }
}

/// The offset after the last record that was visible at this time.
Offset visible_until(const ModelPartition& partition, Moment at) {
  const auto& times = partition.visible_at;
  const auto later =
      std::partition_point(times.begin(), times.end(), [&](Moment seen) { return seen <= at; });
  if (later == times.begin()) return 0;
  return partition.decisions[static_cast<std::size_t>(later - times.begin()) - 1].offset + 1;
}

/// True if the refusal was right at one of the places in between. A node may be behind by max-staleness.
bool refused_somewhere(const HistoryRow& row, const NaiveModel& model, Offset from, Offset to) {
  const ModelPartition& partition = model.partition(row.partition);
  if (model.answer_before(row.policy, row.user, from, row.ordinal) == row.code) return true;
  for (std::size_t i = partition.records_before(from); i < partition.decisions.size(); ++i) {
    const Offset offset = partition.decisions[i].offset;
    if (offset >= to) break;
    if (model.answer_before(row.policy, row.user, offset + 1, row.ordinal) == row.code) return true;
  }
  return false;
}

void check_freshness(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  const ModelPartition& partition = model.partition(row.partition);
  if (partition.visible_at.size() != partition.decisions.size()) return;  // the times are not known
  const Offset now = visible_until(partition, row.answered);
  const Offset fresh = visible_until(partition, row.answered - evidence.max_staleness);
  if (refused_somewhere(row, model, fresh, now)) return;
  report.found(Invariant::C6, "{}: refused early with {} as of {}, which is older than max-staleness",
               RowLabel{evidence, row}, name_of(row.code), row.place());
}

void check_early(const Evidence& evidence, const HistoryRow& row, Report& report) {
  const NaiveModel& model = *evidence.journal;
  const RowLabel label{evidence, row};
  if (row.partition != model.home_of(row.policy)) {
    report.found(Invariant::C6, "{}: refused early as of partition {}, which is not the home of the policy",
                 label, row.partition);
    return;
  }
  const Code decided = model.answer_before(row.policy, row.user, row.offset, row.ordinal);
  if (decided != row.code) {
    report.found(Invariant::C6, "{}: refused early with {} as of {}, but the journal has {} there", label,
                 name_of(row.code), row.place(), name_of(decided));
  }
  if (static_cast<std::size_t>(row.offset) > model.partition(row.partition).codes.size()) {
    report.found(Invariant::C6, "{}: refused early as of {}, which is after the end of the journal", label,
                 row.place());
  }
  if (row.code == Code::AlreadyIssued) {
    const ModelCoupon* owned = model.coupon(row.policy, row.sequence);
    if (owned == nullptr || owned->user != row.user ||
        (row.issued_at != Timestamp{} && row.issued_at != owned->issued_at)) {
      report.found(Invariant::C7, "{}: got ALREADY_ISSUED early, with a coupon that is not the user's",
                   label);
    }
  }
  check_freshness(evidence, row, report);
}

}  // namespace

void check_answers_against_journal(const Evidence& evidence, Report& report) {
  for (const HistoryRow& row : evidence.history) {
    if (row.has_ticket()) check_final(evidence, row, report);
    if (row.is_early()) check_early(evidence, row, report);
  }
}

}  // namespace firstcome::check
