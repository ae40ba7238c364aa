#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "check/checks.h"
#include "check/recorded_result.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

struct Timed {
  Moment at{};
  std::uint32_t number = 0;  ///< of an outcome
};

void sort_by_time(std::vector<Timed>& entries) {
  std::sort(entries.begin(), entries.end(), [](const Timed& a, const Timed& b) { return a.at < b.at; });
}

/// Goes through all requests in the order of their sending, and knows at each what had been answered.
class RealTimeOrder {
 public:
  RealTimeOrder(const Evidence& evidence, const PolicyBook& policies, const Outcomes& outcomes,
                Report& report)
      : evidence_(evidence), policies_(policies), outcomes_(outcomes), report_(report) {}

  void check() {
    collect();
    auto next = answered_.begin();
    for (const Timed& sent : sent_) {
      for (; next != answered_.end() && next->at < sent.at; ++next) hear(outcomes_[next->number]);
      judge(outcomes_[sent.number]);
    }
    // A late outcome is of a row that is here already.
    const auto is_row = [&](const Timed& sent) { return sent.number < evidence_.history.size(); };
    report_.looked_at(Invariant::C6,
                      static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), is_row)));
  }

 private:
  void collect() {
    for (std::uint32_t i = 0; i < outcomes_.size(); ++i) {
      const RecordedResult outcome = outcomes_[i];
      const HistoryRow& told = outcome.told;
      const bool counts = told.names_coupon() || told.is_told(Code::SoldOut);
      const bool placed = told.asked != Asked::Ticket && told.stands != HistoryRow::Stands::Nowhere;
      if (!counts && !placed) continue;
      if (told.answered != kNever) answered_.push_back({told.answered, i});
      if (outcome.asked.asked != Asked::Ticket) sent_.push_back({outcome.asked.sent, i});
    }
    sort_by_time(sent_);
    sort_by_time(answered_);
  }

  /// From here on everybody who sends comes behind this one.
  void hear(const RecordedResult& outcome) {
    const HistoryRow& told = outcome.told;
    if (told.asked != Asked::Ticket && told.stands != HistoryRow::Stands::Nowhere) {
      const HistoryRow*& furthest = furthest_[told.partition];
      if (furthest == nullptr || last_known(told) > last_known(*furthest)) furthest = &told;
    }
    if (told.names_coupon()) {
      const HistoryRow*& highest = highest_[told.policy];
      if (highest == nullptr || told.sequence > highest->sequence) highest = &told;
    }
    // A ticket that was asked for later says nothing about then; that its POST lost is an outcome of its own.
    if (told.is_told(Code::SoldOut) && outcome.asked.asked != Asked::Ticket)
      losers_[told.policy].hear(outcome, policies_.of(told.policy), evidence_);
  }

  void judge(const RecordedResult& outcome) {
    const HistoryRow& told = outcome.told;
    if (outcome.is_direct() && told.has_place()) judge_place(told);
    if (!told.is_told(Code::Success)) return;
    const auto highest = highest_.find(told.policy);
    if (highest != highest_.end() && highest->second->sequence >= told.sequence) {
      report_.found(Invariant::C6, [&] {
        return fmt::format("{}told sequence {}, not behind {}, which was answered before this was sent ({})",
                           who(evidence_, told), told.sequence, highest->second->sequence,
                           line(evidence_, *highest->second));
      });
    }
    const auto losers = losers_.find(told.policy);
    if (losers == losers_.end()) return;
    if (const HistoryRow* loser = losers->second.unfair_to(outcome, policies_.of(told.policy))) {
      report_.found(Invariant::C6, [&] {
        return who(evidence_, told) + "told SUCCESS, though " + words(loser->user) +
               " had been told SOLD_OUT before this was sent (" + line(evidence_, *loser) + ")";
      });
    }
  }

  void judge_place(const HistoryRow& row) {
    const auto found = furthest_.find(row.partition);
    if (found == furthest_.end() || last_known(*found->second) < row.offset) return;
    report_.found(Invariant::C6, [&] {
      return who(evidence_, row) + "stands at " + words(row.where()) + ", not behind " +
             words(found->second->where()) + ", which was answered before this was sent (" +
             line(evidence_, *found->second) + ")";
    });
  }

  /// The last offset that was in the journal for certain when this was answered.
  static Offset last_known(const HistoryRow& row) { return row.is_early() ? row.offset - 1 : row.offset; }

  const Evidence& evidence_;
  const PolicyBook& policies_;
  const Outcomes& outcomes_;
  Report& report_;
  std::vector<Timed> sent_;
  std::vector<Timed> answered_;
  std::map<Partition, const HistoryRow*> furthest_;
  IdMap<PolicyId, const HistoryRow*> highest_;
  IdMap<PolicyId, Losers> losers_;
};

struct ByOffset {
  Offset offset = 0;
  Partition partition = 0;
  std::uint32_t number = 0;
  bool wins = false;
};

}  // namespace

void check_order(const Evidence& evidence, const PolicyBook& policies, const std::vector<LateOutcome>& late,
                 Report& report) {
  const Outcomes outcomes(evidence, late);
  RealTimeOrder(evidence, policies, outcomes, report).check();
}

void check_places(const Evidence& evidence, const PolicyBook& policies, const std::vector<LateOutcome>& late,
                  Report& report) {
  const Outcomes outcomes(evidence, late);
  std::vector<ByOffset> entries;
  for (std::uint32_t i = 0; i < outcomes.size(); ++i) {
    const RecordedResult outcome = outcomes[i];
    const HistoryRow& told = outcome.told;
    const bool wins = told.is_told(Code::Success) && told.has_place();
    const bool loses = told.is_told(Code::SoldOut) && told.stands != HistoryRow::Stands::Nowhere;
    if (outcome.asked.asked != Asked::Ticket && (wins || loses)) {
      entries.push_back({told.offset, told.partition, i, wins});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const ByOffset& a, const ByOffset& b) {
    return std::tie(a.partition, a.offset, a.wins) < std::tie(b.partition, b.offset, b.wins);
  });
  IdMap<PolicyId, Losers> losers;
  for (const ByOffset& entry : entries) {
    const RecordedResult outcome = outcomes[entry.number];
    const HistoryRow& told = outcome.told;
    const PolicyFacts& facts = policies.of(told.policy);
    if (!entry.wins) {
      losers[told.policy].hear(outcome, facts, evidence);
    } else if (const auto found = losers.find(told.policy); found != losers.end()) {
      const HistoryRow* loser = found->second.unfair_to(outcome, facts);
      if (loser == nullptr || loser->partition != told.partition) continue;
      report.found(Invariant::C6, [&] {
        return who(evidence, told) + "told SUCCESS at " + words(told.where()) +
               ", where it had been sold out since " + words(loser->where()) + " for " + words(loser->user) +
               " (" + line(evidence, *loser) + ")";
      });
    }
  }
}

}  // namespace firstcome::check
