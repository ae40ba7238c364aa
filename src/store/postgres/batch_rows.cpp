#include "store/postgres/batch_rows.h"

namespace firstcome::store::pg {

using postgres::CopyData;

CopyData coupon_rows(const Batch& batch) {
  CopyData rows;
  constexpr std::size_t kRowBytes = 2 + 8 * 4 + 5 * 8 + 3 * 4;
  rows.reserve(batch.coupons.size() * kRowBytes);
  for (const Coupon& coupon : batch.coupons) {
    rows.row(8);
    rows.int8(coupon.policy.value);
    rows.int8(coupon.sequence);
    rows.int8(coupon.user.value);
    rows.int8(coupon.offset);
    rows.time(coupon.issued_at);
    rows.int4(coupon.user_ordinal);
    rows.int4(batch.after.era);
    rows.int4(batch.after.partition);
  }
  rows.finish();
  return rows;
}

CopyData change_rows(const Batch& batch) {
  CopyData rows;
  for (const PolicyChangeRow& change : batch.changes) {
    rows.row(8);
    rows.int8(change.policy.value);
    rows.int8(change.revision);
    rows.time(change.at);
    rows.text(change.command);
    rows.text(change.who);
    rows.int4(batch.after.era);
    rows.int4(batch.after.partition);
    rows.int8(change.offset);
  }
  rows.finish();
  return rows;
}

PolicyArrays::PolicyArrays(std::span<const Policy> policies) {
  const auto column = [&](Oid type, auto write) {
    postgres::ArrayData array(type, policies.size());
    for (const Policy& policy : policies) write(array, policy);
    columns_.push_back(std::move(array));
  };
  using postgres::ArrayData;
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.int8(policy.id.value); });
  column(postgres::kText, [](ArrayData& to, const Policy& policy) { to.text(policy.name); });
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.int8(policy.max_count); });
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.int8(policy.issued_count); });
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.int8(policy.active_count); });
  column(postgres::kInt4, [](ArrayData& to, const Policy& policy) { to.int4(policy.per_user_limit); });
  column(postgres::kTimestamptz,
         [](ArrayData& to, const Policy& policy) { to.time(policy.issue_starts_at); });
  column(postgres::kTimestamptz, [](ArrayData& to, const Policy& policy) { to.time(policy.issue_ends_at); });
  column(postgres::kTimestamptz, [](ArrayData& to, const Policy& policy) { to.time(policy.valid_from); });
  column(postgres::kTimestamptz, [](ArrayData& to, const Policy& policy) { to.time(policy.valid_until); });
  column(postgres::kInt2,
         [](ArrayData& to, const Policy& policy) { to.int2(static_cast<std::int16_t>(policy.state)); });
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.int8(policy.revision); });
  column(postgres::kInt8, [](ArrayData& to, const Policy& policy) { to.hash(policy.coupons_hash); });
}

void PolicyArrays::add_to(postgres::Params& params) const {
  for (const auto& column : columns_) params.array(column);
}

}  // namespace firstcome::store::pg
