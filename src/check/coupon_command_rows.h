#pragma once

#include <string_view>
#include <vector>

#include "check/evidence.h"

namespace firstcome::check {

/// A command of a coupon in the history.
struct CouponRow {
  const HistoryRow* row = nullptr;

  [[nodiscard]] bool is_of_coupon_of(const CouponRow& other) const {
    return row->policy == other.row->policy && row->sequence == other.row->sequence;
  }
};

/// Sorted by policy and sequence; those of one coupon in the order of the history.
std::vector<CouponRow> rows_by_coupon(const Evidence& evidence);
/// Empty if the row has none.
std::string_view reference_of(const Evidence& evidence, const HistoryRow& row);
/// True if it was accepted, or may have been as far as its response shows.
bool may_be_accepted(const HistoryRow& row);

}  // namespace firstcome::check
