#pragma once

#include <vector>

#include "check/checks.h"

namespace firstcome::check {

/// A request and the row that tells how it ended: itself, or one of its ticket.
struct RecordedResult {
  const HistoryRow& asked;
  const HistoryRow& told;
  [[nodiscard]] bool is_direct() const { return &asked == &told; }
};

/// Every row as an outcome, then the late ones.
class Outcomes {
 public:
  Outcomes(const Evidence& evidence, const std::vector<LateOutcome>& late)
      : rows_(evidence.history), late_(late) {}
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size() + late_.size()); }
  RecordedResult operator[](std::uint32_t number) const {
    if (number < rows_.size()) return {rows_[number], rows_[number]};
    const LateOutcome& late = late_[number - rows_.size()];
    return {rows_[late.asked], rows_[late.told]};
  }

 private:
  const std::vector<HistoryRow>& rows_;
  const std::vector<LateOutcome>& late_;
};

/// Those who were told SOLD_OUT of one policy: of each epoch of its stock the one who asked last, because no
/// raise that is over by then can excuse a later winner.
class Losers {
 public:
  void hear(const RecordedResult& outcome, const PolicyFacts& facts, const Evidence& evidence) {
    const HistoryRow& told = outcome.told;
    if (told.stands == HistoryRow::Stands::Nowhere && !facts.stocks.empty()) return;  // of which epoch?
    const std::size_t epoch = facts.epoch(told.offset);
    if (last_.size() <= epoch) last_.resize(epoch + 1);
    const Moment since = outcome.asked.sent - (told.is_early() ? Moment(evidence.max_staleness) : Moment{});
    if (last_[epoch].row == nullptr || since > last_[epoch].since) last_[epoch] = {&told, since};
  }

  /// The loser who lost, in the winner's own epoch, before the winner won; null when nobody did.
  [[nodiscard]] const HistoryRow* unfair_to(const RecordedResult& winner, const PolicyFacts& facts) const {
    const std::size_t epoch = facts.epoch(winner.told.offset);
    if (epoch >= last_.size() || last_[epoch].row == nullptr) return nullptr;
    return last_[epoch].since > facts.last_raise(winner.told.answered) ? last_[epoch].row : nullptr;
  }

 private:
  struct Last {
    const HistoryRow* row = nullptr;
    Moment since{};
  };
  std::vector<Last> last_;
};

}  // namespace firstcome::check
