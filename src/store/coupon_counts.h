#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "store/store.h"

/// What the readers of all stores have in common when they count coupons by state.
namespace firstcome::store {

/// Coupons that only the rows show.
struct CountedRows {
  std::int64_t reserved = 0;
  std::int64_t expired = 0;
};

/// Which of a policy's coupons are expired at a clock, by their time of issue.
struct ExpiredCoupons {
  enum class Which { None, IssuedUntil, All };
  Which which = Which::None;
  Timestamp issued_until{};  ///< with IssuedUntil: those issued at this time or before
};

inline ExpiredCoupons expired_coupons(const Policy& policy, Timestamp clock) {
  using enum ExpiredCoupons::Which;
  if (policy.valid_until && clock >= *policy.valid_until) return {All};
  if (!policy.valid_for) return {None};
  const Timestamp issued_until = clock - *policy.valid_for;
  return policy.newest_issued_at <= issued_until ? ExpiredCoupons{All}
                                                 : ExpiredCoupons{IssuedUntil, issued_until};
}

/// `count`: of the rows of the coupons, called with expired_coupons() if they are not All.
template <class Count>
Result<std::optional<CouponCounts>> counts_of(const std::optional<Policy>& policy, Partition home,
                                              const std::vector<Position>& positions, Count count) {
  if (!policy) return std::optional<CouponCounts>();
  const auto position = std::ranges::find(positions, home, &Position::partition);
  if (position == positions.end())
    return Error::permanent("The store has no position for partition {}.", home);
  CouponCounts counts{
      .position = *position, .used = policy->used_count, .cancelled = policy->cancelled_count};
  const std::int64_t open = policy->issued_count - policy->used_count - policy->cancelled_count;
  const ExpiredCoupons expired = expired_coupons(*policy, position->state.clock);
  if (expired.which == ExpiredCoupons::Which::All) {
    counts.expired = open;
    return std::optional(std::move(counts));
  }
  ASSIGN_OR_RETURN(const CountedRows counted, count(expired, position->state.clock));
  counts.reserved = counted.reserved;
  counts.expired = counted.expired;
  counts.issued = open - counted.reserved - counted.expired;
  return std::optional(std::move(counts));
}

}  // namespace firstcome::store
