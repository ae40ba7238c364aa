#include <algorithm>
#include <map>
#include <utility>

#include "check/checks.h"
#include "check/finding_format.h"
#include "check/recorded_result.h"

namespace firstcome::check {
namespace {

struct Timed {
  Moment at{};
  std::uint32_t number = 0;  ///< of a result
};

void sort_by_time(std::vector<Timed>& entries) {
  std::sort(entries.begin(), entries.end(), [](const Timed& a, const Timed& b) { return a.at < b.at; });
}

/// When the first request was sent whose place a request may have. A request can have the place of an earlier one of the
/// same user that it joined. If the outcome of that one is unknown, its row does not have the place.
class FirstSent {
 public:
  explicit FirstSent(const Evidence& evidence) {
    for (const HistoryRow& row : evidence.history) {
      if (row.request != RequestKind::Coupon || row.response != ResponseKind::Unknown) continue;
      const auto [first, added] = unknown_.try_emplace({row.policy, row.user}, row.sent);
      if (!added) first->second = std::min(first->second, row.sent);
    }
  }

  [[nodiscard]] Moment of(const HistoryRow& request) const {
    if (request.request != RequestKind::Coupon || request.response != ResponseKind::Pending)
      return request.sent;
    const auto first = unknown_.find({request.policy, request.user});
    return first == unknown_.end() ? request.sent : std::min(first->second, request.sent);
  }

 private:
  std::map<std::pair<PolicyId, UserId>, Moment> unknown_;
};

/// Visits all requests in the order of their sending, together with the results that were received before.
class RealTimeOrder {
 public:
  RealTimeOrder(const Evidence& evidence, const KnownPolicies& policies, const RecordedResults& results,
                const std::vector<bool>& joined, Report& report)
      : evidence_(evidence), policies_(policies), results_(results), joined_(joined), report_(report) {}

  void check() {
    collect();
    auto next = answered_.begin();
    for (const Timed& sent : sent_) {
      for (; next != answered_.end() && next->at < sent.at; ++next) add_answered(results_[next->number]);
      judge(results_[sent.number]);
    }
    // The row of a late result is counted already.
    const auto is_row = [&](const Timed& sent) { return sent.number < evidence_.history.size(); };
    report_.judged(Invariant::C6,
                   static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), is_row)));
  }

 private:
  void collect() {
    for (std::uint32_t i = 0; i < results_.size(); ++i) {
      const auto [request, result] = results_[i];
      const bool has_code = result.names_coupon() || result.got(Code::SoldOut);
      const bool has_place = result.request != RequestKind::Ticket && result.has_place();
      if (!has_code && !has_place) continue;
      if (result.answered != kNever) answered_.push_back({result.answered, i});
      // The place of a request that joined another one is that of the other, which was sent earlier.
      if (request.request != RequestKind::Ticket && !joined(request))
        sent_.push_back({first_sent_.of(request), i});
    }
    sort_by_time(sent_);
    sort_by_time(answered_);
  }

  /// Every request that is sent from now on must come after this one.
  void add_answered(const RecordedResult& recorded) {
    const HistoryRow& row = recorded.result;
    if (row.request != RequestKind::Ticket && row.has_place()) {
      const HistoryRow*& furthest = furthest_[row.partition];
      if (furthest == nullptr || last_known(row) > last_known(*furthest)) furthest = &row;
    }
    if (row.names_coupon()) {
      const HistoryRow*& highest = highest_[row.policy];
      if (highest == nullptr || row.sequence > highest->sequence) highest = &row;
    }
    // A ticket does not show when the request lost. The late result of its POST does.
    const HistoryRow& request = recorded.request;
    if (row.got(Code::SoldOut) && request.request != RequestKind::Ticket && !joined(request))
      losers_[row.policy].add(recorded, first_sent_.of(request), policies_.of(row.policy), evidence_);
  }

  void judge(const RecordedResult& recorded) {
    const HistoryRow& row = recorded.result;
    if (recorded.is_direct() && row.has_ticket()) judge_place(row);
    if (!row.got(Code::Success)) return;
    const auto highest = highest_.find(row.policy);
    if (highest != highest_.end() && highest->second->sequence >= row.sequence) {
      report_.found(Invariant::C6,
                    "{}: got sequence {}, but sequence {} was reported before this request was sent ({})",
                    RowLabel{evidence_, row}, row.sequence, highest->second->sequence,
                    LineLabel{evidence_, *highest->second});
    }
    const auto losers = losers_.find(row.policy);
    if (losers == losers_.end()) return;
    if (const HistoryRow* loser = losers->second.before(recorded, policies_.of(row.policy))) {
      report_.found(Invariant::C6,
                    "{}: got SUCCESS, but user {} got SOLD_OUT before this request was sent ({})",
                    RowLabel{evidence_, row}, loser->user, LineLabel{evidence_, *loser});
    }
  }

  void judge_place(const HistoryRow& row) {
    const auto found = furthest_.find(row.partition);
    if (found == furthest_.end() || last_known(*found->second) < row.offset) return;
    report_.found(Invariant::C6, "{}: is at {}, but {} was reported before this request was sent ({})",
                  RowLabel{evidence_, row}, row.place(), found->second->place(),
                  LineLabel{evidence_, *found->second});
  }

  [[nodiscard]] bool joined(const HistoryRow& request) const {
    return joined_[static_cast<std::size_t>(&request - evidence_.history.data())];
  }

  /// The highest offset that certainly had a record when this response came.
  static Offset last_known(const HistoryRow& row) { return row.is_early() ? row.offset - 1 : row.offset; }

  const Evidence& evidence_;
  const KnownPolicies& policies_;
  const RecordedResults& results_;
  const std::vector<bool>& joined_;
  const FirstSent first_sent_{evidence_};
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

void check_order(const Evidence& evidence, const KnownPolicies& policies, const TicketResults& tickets,
                 Report& report) {
  const RecordedResults results(evidence, tickets.late);
  RealTimeOrder(evidence, policies, results, tickets.joined, report).check();
}

void check_places(const Evidence& evidence, const KnownPolicies& policies, const TicketResults& tickets,
                  Report& report) {
  const RecordedResults results(evidence, tickets.late);
  const FirstSent first_sent(evidence);
  std::vector<ByOffset> entries;
  for (std::uint32_t i = 0; i < results.size(); ++i) {
    const auto [request, result] = results[i];
    const bool wins = result.got(Code::Success) && result.has_ticket();
    const bool loses = result.got(Code::SoldOut) && result.has_place();
    const bool joined = tickets.joined[static_cast<std::size_t>(&request - evidence.history.data())];
    if (request.request != RequestKind::Ticket && !joined && (wins || loses)) {
      entries.push_back({result.offset, result.partition, i, wins});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const ByOffset& a, const ByOffset& b) {
    return std::tie(a.partition, a.offset, a.wins) < std::tie(b.partition, b.offset, b.wins);
  });
  IdMap<PolicyId, Losers> losers;
  for (const ByOffset& entry : entries) {
    const RecordedResult recorded = results[entry.number];
    const HistoryRow& row = recorded.result;
    const PolicyFacts& facts = policies.of(row.policy);
    if (!entry.wins) {
      losers[row.policy].add(recorded, first_sent.of(recorded.request), facts, evidence);
    } else if (const auto found = losers.find(row.policy); found != losers.end()) {
      const HistoryRow* loser = found->second.before(recorded, facts);
      if (loser == nullptr || loser->partition != row.partition) continue;
      report.found(Invariant::C6, "{}: got SUCCESS at {}, but user {} got SOLD_OUT at {} ({})",
                   RowLabel{evidence, row}, row.place(), loser->user, loser->place(),
                   LineLabel{evidence, *loser});
    }
  }
}

}  // namespace firstcome::check
