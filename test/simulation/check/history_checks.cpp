#include <algorithm>

#include "check/checks.h"
#include "domain/code.h"

namespace firstcome::check {
namespace {

std::string who(const HistoryRow& row) {
  return "policy " + std::to_string(row.policy.value) + ", user " + std::to_string(row.user.value) +
         ", server " + std::to_string(row.told_by) + ", sent " + std::to_string(to_millis(row.sent)) + ": ";
}

std::string name(Code code) { return std::string(name_of(code)); }

/// FORWARDED, DUPLICATE and the like say what became of a record; they answer nobody.
bool is_an_answer(const HistoryRow& row) {
  if (row.user.value != 0) return row.code >= Code::Success && row.code <= Code::UnknownPolicy;
  return (row.code >= Code::Accepted && row.code <= Code::Exists) || row.code == Code::Closed ||
         row.code == Code::UnknownPolicy;
}

void check_row_at_place(const HistoryRow& row, const NaiveModel& model, Findings& findings) {
  const ModelDecision* decided = model.at(*row.place);
  if (decided == nullptr) {
    findings.push_back({"C4", who(row) + "acknowledged at " + words(*row.place) + ", where no record is"});
    return;
  }
  const ReadRecord& record = decided->record;
  const auto kind = row.user.value == 0 ? ReadRecord::Kind::Command : ReadRecord::Kind::Request;
  if (record.kind != kind || record.policy != row.policy || record.user != row.user) {
    findings.push_back({"C4", who(row) + "another's record stands at " + words(*row.place)});
    return;
  }
  if (row.told != Told::Decided) return;
  if (row.code != decided->code) {
    findings.push_back({"C7", who(row) + "told " + name(row.code) + " at " + words(*row.place) +
                                  ", the journal says " + name(decided->code)});
  } else if (row.sequence != decided->sequence || (row.issued_at && row.issued_at != decided->issued_at)) {
    findings.push_back({"C7", who(row) + "told sequence " + std::to_string(row.sequence) +
                                  ", the journal says " + std::to_string(decided->sequence)});
  } else if (row.revision && row.revision != decided->revision) {
    findings.push_back({"C7", who(row) + "shown revision " + std::to_string(*row.revision)});
  }
}

}  // namespace

void check_told_is_decided(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<Place, const HistoryRow*> owner;
  for (const HistoryRow& row : evidence.history) {
    if (row.told == Told::Decided && !is_an_answer(row)) {
      findings.push_back({"C7", who(row) + "told " + name(row.code) + ", which answers nobody"});
    }
    if (row.place) {
      check_row_at_place(row, model, findings);
      if (row.asked != Asked::Ticket && !owner.emplace(*row.place, &row).second) {
        findings.push_back({"C7", who(row) + "another caller was given " + words(*row.place) + " too"});
      }
    } else if (row.told == Told::Pending) {
      findings.push_back({"C4", who(row) + "PENDING without a place"});
    } else if (row.told == Told::Decided && !row.as_of) {
      findings.push_back({"C7", who(row) + "told " + name(row.code) + " without a place"});
    }
  }
}

void check_real_time_order(const Evidence& evidence, const NaiveModel&, Findings& findings) {
  // A partition gives every record in it one order, so this holds across its policies too.
  std::map<Partition, std::vector<const HistoryRow*>> rows;
  for (const HistoryRow& row : evidence.history) {
    if (row.place && row.asked != Asked::Ticket) rows[row.place->partition].push_back(&row);
  }
  for (auto& [partition, sent] : rows) {
    auto answered = sent;
    std::sort(sent.begin(), sent.end(), [](auto* a, auto* b) { return a->sent < b->sent; });
    std::sort(answered.begin(), answered.end(), [](auto* a, auto* b) { return a->answered < b->answered; });
    const HistoryRow* furthest = nullptr;
    auto next = answered.begin();
    for (const HistoryRow* row : sent) {
      for (; next != answered.end() && (*next)->answered < row->sent; ++next) {
        if (furthest == nullptr || (*next)->place->offset > furthest->place->offset) furthest = *next;
      }
      if (furthest != nullptr && furthest->place->offset >= row->place->offset) {
        findings.push_back({"C6", who(*row) + "stands at " + words(*row->place) + ", behind it " +
                                      words(*furthest->place) + ", which was answered before this was sent"});
      }
    }
  }
}

namespace {

/// First offset that was not yet visible at `at`: what a reader could have decided up to then.
Offset visible_until(const JournalPartition& journal, Timestamp at) {
  const auto later =
      std::partition_point(journal.records.begin(), journal.records.end(),
                           [&](const JournalRecord& r) { return !r.visible_at || *r.visible_at <= at; });
  return later == journal.records.begin() ? 0 : std::prev(later)->offset + 1;
}

bool refused_somewhere(const HistoryRow& row, const NaiveModel& model, Offset from, Offset to) {
  if (model.answer_before(row.policy, row.user, from) == row.code) return true;
  const auto& decisions = model.partition(row.as_of->partition).decisions;
  for (auto next = decisions.lower_bound(from); next != decisions.end() && next->first < to; ++next) {
    if (model.answer_before(row.policy, row.user, next->first + 1) == row.code) return true;
  }
  return false;
}

}  // namespace

void check_early_refusals(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  for (const HistoryRow& row : evidence.history) {
    if (row.told != Told::Decided || row.place || !row.as_of) continue;
    const Place as_of = *row.as_of;
    if (row.code == Code::Success) findings.push_back({"C6", who(row) + "a SUCCESS without a place"});
    if (as_of.partition != model.home_of(row.policy)) {
      findings.push_back({"C6", who(row) + "an early refusal as of another partition"});
      continue;
    }
    const Code there = model.answer_before(row.policy, row.user, as_of.offset);
    if (there != row.code) {
      findings.push_back({"C6", who(row) + "refused early with " + name(row.code) + " as of " + words(as_of) +
                                    ", where the journal says " + name(there)});
    }
    if (row.code == Code::AlreadyIssued) {
      const ModelHolding* held = model.holding(row.policy, row.user);
      if (held == nullptr || held->sequence != row.sequence ||
          (row.issued_at && *row.issued_at != held->issued_at)) {
        findings.push_back({"C7", who(row) + "told early of a coupon that is not the user's"});
      }
    }
    const JournalPartition& journal = evidence.journal.at(static_cast<std::size_t>(as_of.partition));
    const Offset now = visible_until(journal, row.answered);
    const Offset fresh = visible_until(journal, row.answered - evidence.max_staleness);
    if (as_of.offset > journal.end) {
      findings.push_back({"C6", who(row) + "refused as of a place behind the journal's end"});
    }
    if (!refused_somewhere(row, model, fresh, now)) {
      findings.push_back({"C6", who(row) + "refused early with " + name(row.code) + " as of " + words(as_of) +
                                    ", more than max-staleness behind"});
    }
  }
}

}  // namespace firstcome::check
