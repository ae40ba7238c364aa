#pragma once

#include <optional>
#include <set>
#include <vector>

#include "check/evidence.h"

namespace firstcome::check {

/// A stretch of time in which the stock may have been raised, from what the history knows of a command.
struct PossibleRaise {
  Moment sent{};
  Moment answered_last{};  ///< of this and of all that were sent before it
};

/// A stock, from an offset on.
struct Stock {
  Offset from = 0;
  std::int64_t max_count = 0;
  std::size_t epoch = 0;
};

/// What is known of one policy from the best witness there is: the journal, else the store's policy changes,
/// else the commands in the history.
struct PolicyFacts {
  /// The history created it and nobody else asked: each of its coupons must be somebody's here.
  bool whole = false;
  std::int64_t imported = 0;  ///< coupons 1 to this came in by import: nobody here asked for them
  std::optional<std::int64_t> highest_stock;
  std::optional<std::int64_t> lowest_stock;
  std::vector<PossibleRaise> raises;  ///< by `sent`; used where `stocks` are not known
  std::vector<Stock> stocks;          ///< by offset, from journal or store
  Moment created_by = kNever;         ///< first answer that proves it exists
  Moment closed_by = kNever;          ///< first answer that proves it is closed

  /// How often the stock was raised before an offset, where journal or store say so; else 0. Who was told
  /// SOLD_OUT in one epoch says nothing about another.
  [[nodiscard]] std::size_t epoch(Offset offset) const;
  /// Where the history alone speaks: up to when a raise that was sent by `until` may have happened.
  [[nodiscard]] Moment last_raise(Moment until) const;
  [[nodiscard]] std::optional<std::int64_t> stock_before(Offset offset) const;
};

class PolicyBook {
 public:
  explicit PolicyBook(const Evidence& evidence);
  /// Of a policy nobody knows: facts that say nothing.
  [[nodiscard]] const PolicyFacts& of(PolicyId policy) const;

 private:
  void read_history(const Evidence& evidence);
  void read_changes(const StoreRows& store);
  void read_model(const NaiveModel& model);
  void set_stocks(PolicyId policy, std::vector<Stock> stocks);
  IdMap<PolicyId, PolicyFacts> facts_;
  std::set<PolicyId> imports_;  ///< by the history, asked for at least
};

}  // namespace firstcome::check
