#include <algorithm>
#include <map>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// An undecodable record is copied to the dead letters before the position moves past it. A second copy is
/// allowed.
void check_dead_letters(const Evidence& evidence, Report& report) {
  std::map<Place, const DeadLetter*> copies;
  for (const DeadLetter& letter : *evidence.dead_letters) copies[letter.original] = &letter;
  for (const UnreadableRecord& record : evidence.journal->unreadable()) {
    const auto copy = copies.find(record.place);
    if (copy == copies.end()) {
      if (evidence.at_rest)
        report.found(Invariant::C4, "the undecodable record at {} is not in the dead letters", record.place);
    } else if (copy->second->value != record.value || copy->second->key != record.key) {
      report.found(Invariant::C4, "the dead letter of {} differs from the original record", record.place);
    }
  }
}

/// Calls `each(decision)` for the records that callers of the history appended: without relays,
/// records of other producers, and copies.
template <class Each>
void each_appended(const Evidence& evidence, const KnownPolicies& policies, const Copies& copies,
                   const Each& each) {
  // A history of requests and policy commands only says nothing about the commands of coupons.
  const bool knows_coupon_commands = std::ranges::any_of(
      evidence.history, [](const HistoryRow& row) { return row.request == RequestKind::CouponCommand; });
  for (Partition p = 0; p < evidence.journal->partitions(); ++p) {
    for (const ModelDecision& decision : evidence.journal->partition(p).decisions) {
      if (!may_be_ours(decision) || copies.is_copy({p, decision.offset})) continue;
      if (decision.kind == ParsedRecord::Kind::Coupon && !knows_coupon_commands) continue;
      if (evidence.foreign_is_marked || policies.of(decision.policy).complete) each(decision);
    }
  }
}

/// Different records must have different sequence numbers.
void check_sequence_numbers(const Evidence& evidence, const KnownPolicies& policies, const Copies& copies,
                            Report& report) {
  std::vector<std::int64_t> numbers;
  each_appended(evidence, policies, copies, [&](const ModelDecision& decision) {
    if (decision.sequence_number != 0) numbers.push_back(decision.sequence_number);
  });
  std::sort(numbers.begin(), numbers.end());
  for (auto twice = numbers.begin(); twice != numbers.end();) {
    twice = std::adjacent_find(twice, numbers.end());
    if (twice == numbers.end()) break;
    report.found(Invariant::C10, "two different records have the sequence number {}", *twice);
    ++twice;
  }
  if (!numbers.empty())
    report.note(Invariant::C10, "{} records of the journal were compared with the requests", numbers.size());
}

}  // namespace

void check_relays(const Evidence& evidence, Report& report) {
  const NaiveModel& model = *evidence.journal;
  std::map<Place, int> decided_at_home;
  for (const auto& [origin, place] : model.relays()) ++decided_at_home[origin];
  for (Partition p = 0; p < model.partitions(); ++p) {
    for (const ModelDecision& decision : model.partition(p).decisions) {
      if (decision.code != Code::Forwarded) continue;
      const Place place{p, decision.offset};
      const auto found = decided_at_home.find(place);
      const int times = found == decided_at_home.end() ? 0 : found->second;
      if (times == 1 || (times == 0 && !evidence.at_rest)) continue;
      report.found(Invariant::C4, "the misrouted record at {} was decided {} times at its home", place,
                   times);
    }
  }
  if (evidence.dead_letters) check_dead_letters(evidence, report);
}

void check_appended_once(const Evidence& evidence, const KnownPolicies& policies,
                         const std::vector<ByUser>& rows, const std::vector<bool>& joined,
                         const Copies& copies, Report& report) {
  std::vector<ByUser> appended;
  each_appended(evidence, policies, copies, [&](const ModelDecision& decision) {
    appended.push_back({decision.policy, decision.user, decision.ordinal});
  });
  sort_by_user(appended);
  each_user_of_both(
      rows, appended,
      [&](const ByUser* row, const ByUser* row_end, const ByUser* record, const ByUser* record_end) {
        const ByUser& of = row != row_end ? *row : *record;
        std::int64_t certain = 0;
        std::int64_t unknown = 0;
        for (; row != row_end; ++row) {
          const HistoryRow& sent = evidence.history[row->number];
          if (sent.request == RequestKind::Ticket) continue;
          // A coupon that cannot exist is refused without a record.
          const bool perhaps = sent.request == RequestKind::CouponCommand && !sent.has_ticket() &&
                               (sent.got(Code::UnknownCoupon) || sent.got(Code::UnknownPolicy));
          const bool decided = sent.is_command() && sent.response == ResponseKind::Decided && !perhaps;
          certain += (sent.has_ticket() && !joined[row->number]) || decided ? 1 : 0;
          unknown += sent.response == ResponseKind::Unknown || perhaps ? 1 : 0;
        }
        const auto unknowns = static_cast<std::size_t>(unknown);
        if (!evidence.foreign_is_marked && !policies.of(of.policy).complete)
          return report.not_judged(Invariant::C10, unknowns);
        report.judged(Invariant::C10, unknowns);
        const std::int64_t count = record_end - record;
        if (count >= certain && count <= certain + unknown) return;
        report.found(
            Invariant::C10,
            "policy {}{}: the journal has {} records, but {} requests were acknowledged and {} have an "
            "unknown outcome",
            of.policy, of.user.valid() ? fmt::format(", user {}", of.user) : "", count, certain, unknown);
      });
  check_sequence_numbers(evidence, policies, copies, report);
}

}  // namespace firstcome::check
