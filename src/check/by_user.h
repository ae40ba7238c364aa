#pragma once

#include <cstddef>
#include <tuple>
#include <vector>

#include "check/checks.h"

namespace firstcome::check {

/// A row of the history, a coupon or a record of one user in one policy, for one of the user's coupons.
struct ByUser {
  PolicyId policy;
  UserId user;
  std::int32_t ordinal = 1;
  std::uint32_t number = 0;

  [[nodiscard]] auto key() const { return std::tie(policy, user, ordinal); }
  [[nodiscard]] bool is_before(const ByUser& other) const {
    return std::tie(policy, user, ordinal, number) <
           std::tie(other.policy, other.user, other.ordinal, other.number);
  }
};

/// The rows of the history, sorted by user.
std::vector<ByUser> rows_by_user(const Evidence& evidence);
void sort_by_user(std::vector<ByUser>& entries);

/// The end of the entries that have the user, policy and ordinal of `begin`.
inline const ByUser* end_of_user(const ByUser* begin, const ByUser* end) {
  const ByUser* next = begin;
  while (next != end && next->key() == begin->key()) ++next;
  return next;
}

/// Calls `each(begin, end)` for every user, policy and ordinal.
template <class Each>
void each_user(const std::vector<ByUser>& entries, const Each& each) {
  const ByUser* const end = entries.data() + entries.size();
  for (const ByUser* begin = entries.data(); begin != end;) {
    const ByUser* const next = end_of_user(begin, end);
    each(begin, next);
    begin = next;
  }
}

/// Calls `each(left, left_end, right, right_end)` for every user, policy and ordinal of either list. One of the two
/// ranges may be empty.
template <class Each>
void each_user_of_both(const std::vector<ByUser>& left, const std::vector<ByUser>& right, const Each& each) {
  const ByUser* a = left.data();
  const ByUser* b = right.data();
  const ByUser* const a_end = a + left.size();
  const ByUser* const b_end = b + right.size();
  while (a != a_end || b != b_end) {
    const bool takes_a = a != a_end && (b == b_end || a->key() <= b->key());
    const bool takes_b = b != b_end && (a == a_end || b->key() <= a->key());
    const ByUser* const a_next = takes_a ? end_of_user(a, a_end) : a;
    const ByUser* const b_next = takes_b ? end_of_user(b, b_end) : b;
    each(a, a_next, b, b_next);
    a = a_next;
    b = b_next;
  }
}

}  // namespace firstcome::check
