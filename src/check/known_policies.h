#pragma once

#include <optional>
#include <set>
#include <vector>

#include "check/evidence.h"

namespace firstcome::check {

/// A time span in which a command of the history may have raised the stock.
struct PossibleRaise {
  Moment sent{};
  Moment answered_last{};  ///< the latest answer to this command and to all commands sent before it
};

/// A stock, valid from an offset on.
struct Stock {
  Offset from = 0;
  std::int64_t max_count = 0;
  std::size_t epoch = 0;
};

/// What is known of one policy: from the journal; without it from the store's policy changes; without both from
/// the commands in the history.
struct PolicyFacts {
  /// The history created it and has all requests for it, so each of its coupons has an owner in the history.
  bool complete = false;
  std::int64_t imported = 0;  ///< coupons 1 to `imported` are from an import, without requests
  std::optional<std::int64_t> highest_stock;
  std::optional<std::int64_t> lowest_stock;
  std::vector<PossibleRaise> raises;  ///< sorted by `sent`; used if `stocks` is empty
  std::vector<Stock> stocks;          ///< sorted by offset; from the journal or the store
  Moment created_by = kNever;         ///< first answer that proves it exists
  Moment closed_by = kNever;          ///< first answer that proves it is closed

  /// The number of raises of the stock before an offset, if the journal or the store is known; else 0. A SOLD_OUT
  /// of one epoch does not affect another.
  [[nodiscard]] std::size_t epoch(Offset offset) const;
  /// From the history alone: the latest time at which a raise that was sent by `until` may have happened.
  [[nodiscard]] Moment last_raise(Moment until) const;
  [[nodiscard]] std::optional<std::int64_t> stock_before(Offset offset) const;
};

class KnownPolicies {
 public:
  explicit KnownPolicies(const Evidence& evidence);
  /// Empty facts for a policy that is not known.
  [[nodiscard]] const PolicyFacts& of(PolicyId policy) const;

 private:
  void read_history(const Evidence& evidence);
  void read_changes(const StoreRows& store);
  void read_model(const NaiveModel& model);
  void set_stocks(PolicyId policy, std::vector<Stock> stocks);
  IdMap<PolicyId, PolicyFacts> facts_;
  std::set<PolicyId> imports_;  ///< policies with an import command in the history, successful or not
};

}  // namespace firstcome::check
