#include "decide/import_rules.h"

#include <algorithm>

namespace firstcome::decide {
namespace {

bool has_repeated_user(const ImportChunk& chunk, const CouponOwners& owners) {
  std::vector<UserId> users;
  users.reserve(chunk.coupons.size());
  for (const ImportedCoupon& coupon : chunk.coupons) {
    if (owners.find(coupon.user)) return true;
    users.push_back(coupon.user);
  }
  std::sort(users.begin(), users.end());
  return std::adjacent_find(users.begin(), users.end()) != users.end();
}

}  // namespace

RefusalReason validate_chunk(const ImportChunk& chunk, const Policy& policy, const CouponOwners& owners) {
  if (policy.state != PolicyState::Importing) return RefusalReason::NotImporting;
  const auto size = static_cast<std::int64_t>(chunk.coupons.size());
  if (size == 0 && !chunk.total) return RefusalReason::EmptyChunk;
  if (chunk.first != policy.issued_count + 1) return RefusalReason::NotTheNext;
  if (policy.active_count + size > policy.max_count) return RefusalReason::AboveMaxCount;
  if (has_repeated_user(chunk, owners)) return RefusalReason::UserTwice;
  return RefusalReason::None;
}

PolicyCommand for_history(const PolicyCommand& command) {
  PolicyCommand kept = command;
  kept.chunk.left_out = static_cast<std::int64_t>(command.chunk.coupons.size());
  kept.chunk.coupons = {};
  return kept;
}

}  // namespace firstcome::decide
