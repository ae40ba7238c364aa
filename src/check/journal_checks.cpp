#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// Every undecodable record is copied out before the position moves past it; twice is allowed.
void check_dead_letters(const Evidence& evidence, Report& report) {
  std::map<Place, const DeadLetter*> copies;
  for (const DeadLetter& letter : *evidence.dead_letters) copies[letter.original] = &letter;
  for (const UnreadableRecord& record : evidence.journal->unreadable()) {
    const auto copy = copies.find(record.place);
    if (copy == copies.end()) {
      if (!evidence.at_rest) continue;
      report.found(Invariant::C4, [&] {
        return "the undecodable record at " + words(record.place) + " is not with the dead letters";
      });
    } else if (copy->second->value != record.value || copy->second->key != record.key) {
      report.found(Invariant::C4,
                   [&] { return "the dead letter of " + words(record.place) + " is not the original"; });
    }
  }
}

/// What callers appended, by who asked for what; relays, other producers' records and second copies left out.
std::vector<ByUser> appended_by_user(const Evidence& evidence, const PolicyBook& policies,
                                     const Copies& copies) {
  std::vector<ByUser> appended;
  for (Partition p = 0; p < evidence.journal->partitions(); ++p) {
    for (const ModelDecision& decision : evidence.journal->partition(p).decisions) {
      if (!may_be_ours(decision) || copies.is_copy({p, decision.offset})) continue;
      if (!evidence.foreign_is_marked && !policies.of(decision.policy).whole) continue;
      appended.push_back({decision.policy, decision.user, 0});
    }
  }
  sort_by_user(appended);
  return appended;
}

/// Two records of callers that carry one number and are not the same, byte for byte.
void check_sequence_numbers(const Evidence& evidence, const PolicyBook& policies, const Copies& copies,
                            Report& report) {
  std::vector<std::int64_t> numbers;
  for (Partition p = 0; p < evidence.journal->partitions(); ++p) {
    for (const ModelDecision& decision : evidence.journal->partition(p).decisions) {
      if (!may_be_ours(decision) || decision.sequence_number == 0 || copies.is_copy({p, decision.offset}))
        continue;
      if (!evidence.foreign_is_marked && !policies.of(decision.policy).whole) continue;
      numbers.push_back(decision.sequence_number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  for (auto twice = numbers.begin(); twice != numbers.end();) {
    twice = std::adjacent_find(twice, numbers.end());
    if (twice == numbers.end()) break;
    report.found(Invariant::C10,
                 [&] { return fmt::format("sequence number {} is that of two different records", *twice); });
    ++twice;
  }
  if (!numbers.empty()) {
    report.note(Invariant::C10,
                fmt::format("{} records of the journal were compared with the requests", numbers.size()));
  }
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
      report.found(Invariant::C4, [&] {
        return fmt::format("the misrouted record at {} was decided {} times at home", words(place), times);
      });
    }
  }
  if (evidence.dead_letters) check_dead_letters(evidence, report);
}

void check_appended_once(const Evidence& evidence, const PolicyBook& policies,
                         const std::vector<ByUser>& rows, const Copies& copies, Report& report) {
  const std::vector<ByUser> appended = appended_by_user(evidence, policies, copies);
  each_user_of_both(
      rows, appended,
      [&](const ByUser* row, const ByUser* row_end, const ByUser* record, const ByUser* record_end) {
        const PolicyId policy = row != row_end ? row->policy : record->policy;
        const UserId user = row != row_end ? row->user : record->user;
        const bool judged = evidence.foreign_is_marked || policies.of(policy).whole;
        std::int64_t certainly = 0;
        std::int64_t perhaps = 0;
        for (; row != row_end; ++row) {
          const HistoryRow& told = evidence.history[row->number];
          if (told.asked == Asked::Ticket) continue;
          if (told.has_place() || (told.asked == Asked::Command && told.told == Told::Decided)) ++certainly;
          if (told.told == Told::Unknown) ++perhaps;
        }
        const auto unknown = static_cast<std::size_t>(perhaps);
        if (!judged) return report.not_judged(Invariant::C10, unknown);
        report.looked_at(Invariant::C10, unknown);
        const std::int64_t count = record_end - record;
        if (count >= certainly && count <= certainly + perhaps) return;
        report.found(Invariant::C10, [&] {
          return fmt::format("{}{}: {} records, where {} callers were given a place and {} may have one",
                             words(policy), (user.valid() ? ", " + words(user) : ""), count, certainly,
                             perhaps);
        });
      });
  check_sequence_numbers(evidence, policies, copies, report);
}

}  // namespace firstcome::check
