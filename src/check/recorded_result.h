#pragma once

#include <vector>

#include "check/checks.h"

namespace firstcome::check {

/// A request and the row that has its result: the same row, or a row of its ticket.
struct RecordedResult {
  const HistoryRow& request;
  const HistoryRow& result;
  [[nodiscard]] bool is_direct() const { return &request == &result; }
};

/// Every row as its own result, then the late results.
class RecordedResults {
 public:
  RecordedResults(const Evidence& evidence, const std::vector<LateResult>& late)
      : rows_(evidence.history), late_(late) {}
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size() + late_.size()); }
  RecordedResult operator[](std::uint32_t number) const {
    if (number < rows_.size()) return {rows_[number], rows_[number]};
    const LateResult& late = late_[number - rows_.size()];
    return {rows_[late.post], rows_[late.result]};
  }

 private:
  const std::vector<HistoryRow>& rows_;
  const std::vector<LateResult>& late_;
};

/// The SOLD_OUT results of one policy. Keeps for each epoch of the stock the request that was sent last: a raise
/// of the stock that ended before it cannot explain a later winner.
class Losers {
 public:
  /// `sent`: of the record's first request, which this one may have joined.
  void add(const RecordedResult& loser, Moment sent, const PolicyFacts& facts, const Evidence& evidence) {
    const HistoryRow& row = loser.result;
    if (!row.has_place() && !facts.stocks.empty()) return;  // its epoch is not known
    const std::size_t epoch = facts.epoch(row.offset);
    if (last_.size() <= epoch) last_.resize(epoch + 1);
    const Moment since = sent - (row.is_early() ? Moment(evidence.max_staleness) : Moment{});
    if (last_[epoch].row == nullptr || since > last_[epoch].since) last_[epoch] = {&row, since};
  }

  /// A loser of the winner's epoch who lost before the winner won; null if there is none.
  [[nodiscard]] const HistoryRow* before(const RecordedResult& winner, const PolicyFacts& facts) const {
    const std::size_t epoch = facts.epoch(winner.result.offset);
    if (epoch >= last_.size() || last_[epoch].row == nullptr) return nullptr;
    return last_[epoch].since > facts.last_raise(winner.result.answered) ? last_[epoch].row : nullptr;
  }

 private:
  struct Last {
    const HistoryRow* row = nullptr;
    Moment since{};
  };
  std::vector<Last> last_;
};

}  // namespace firstcome::check
