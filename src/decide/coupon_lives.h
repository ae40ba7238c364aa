#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "decide/growing_rows.h"
#include "domain/coupon_life.h"

namespace firstcome::decide {

/// The lives of the touched coupons of one policy, each packed into a few units of eight bytes: a coupon used by one
/// reference of 20 bytes takes 24, and four for its address. Untouched coupons next to touched ones take four.
class CouponLives {
 public:
  /// A new life, ISSUED and without references, if the coupon was never touched.
  [[nodiscard]] CouponLife find(PolicyId policy, std::int64_t sequence) const;
  [[nodiscard]] bool touched(std::int64_t sequence) const { return address(sequence) != 0; }
  /// Stores the life under its sequence, in place of an earlier one. It must have a reference.
  void put(const CouponLife& life);
  /// Number of touched coupons.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using Address = std::uint32_t;  ///< of the first unit, plus 1; 0: untouched

  [[nodiscard]] Address address(std::int64_t sequence) const;
  /// A run of units in one piece: one that was freed, or the next unused ones.
  Address take(std::size_t units);

  GrowingRows<Address> addresses_;  ///< by sequence - 1
  GrowingRows<std::uint64_t> units_;
  std::size_t next_unit_ = 0;
  std::map<std::size_t, std::vector<Address>> free_;  ///< by number of units
  std::size_t size_ = 0;
};

}  // namespace firstcome::decide
