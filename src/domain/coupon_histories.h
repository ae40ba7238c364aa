#pragma once

#include <cstdint>
#include <vector>

#include "domain/incarnations.h"

namespace firstcome {

/// The history of each coupon of one policy, by sequence: memory has no offsets. It keeps only the first sequence of each
/// history, because sequences rise with the places. Almost every policy has one.
class CouponHistories {
 public:
  /// Adds a coupon; any order.
  void add(std::int64_t sequence, const History& history);
  /// Of a coupon that was added.
  [[nodiscard]] History at(std::int64_t sequence) const;
  /// True if add() with the same values would change nothing.
  [[nodiscard]] bool has(std::int64_t sequence, const History& history) const;

 private:
  struct First {
    std::int64_t sequence = 0;
    History history;
  };
  std::vector<First> firsts_;  ///< by sequence
};

}  // namespace firstcome
