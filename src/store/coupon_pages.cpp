#include "store/coupon_pages.h"

#include <algorithm>
#include <limits>

namespace firstcome::store {
namespace {

constexpr std::size_t kExaminedAtOnce = 10'000;

}  // namespace

UserCouponRange user_coupon_range(std::optional<PolicyId> policy, UserCouponCursor after) {
  if (!policy) return {after, PolicyId{std::numeric_limits<std::int64_t>::max()}};
  if (after.policy < *policy) after = {*policy, 0};
  return {after, *policy};
}

std::int32_t state_bits(const CouponFilter& filter) {
  if (filter.states.empty()) return -1;
  std::int32_t bits = 0;
  for (const CouponState state : filter.states) bits |= 1 << static_cast<int>(state);
  return bits;
}

Result<PolicyCoupons> page_of(PolicyId policy, std::int64_t after, std::size_t limit,
                              const CouponFilter& filter, std::int64_t newest, const ReadCoupons& read) {
  CHECK(limit > 0);
  const bool all = filter.states.empty() && !filter.accepts;
  const auto range = static_cast<std::int64_t>(all ? std::min(limit, kExaminedAtOnce) : kExaminedAtOnce);
  PolicyCoupons page;
  after = std::max<std::int64_t>(after, 0);
  for (std::int64_t examined = 0; after < newest; examined += range) {
    if (examined >= kExaminedCoupons || page.coupons.size() >= limit) {
      page.next = after;
      return page;
    }
    const CouponRange next{policy, after, after + std::min(range, newest - after)};
    after = next.up_to;
    RETURN_IF_ERROR(read(next, [&](CouponWithLife coupon) {
      if (page.coupons.size() >= limit || (filter.accepts && !filter.accepts(coupon))) return;
      page.coupons.push_back(std::move(coupon));
      if (page.coupons.size() == limit) after = page.coupons.back().row.coupon.sequence;
    }));
  }
  return page;
}

}  // namespace firstcome::store
