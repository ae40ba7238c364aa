#include "store/postgres/batch_rows.h"

#include "store/stored_enum.h"

namespace firstcome::store::pg {

using postgres::ArrayData;
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

CopyData coupon_change_rows(const Batch& batch) {
  CopyData rows;
  for (const CouponChange& change : batch.coupon_changes) {
    rows.row(11);
    rows.int8(change.policy.value);
    rows.int8(change.sequence);
    rows.int4(batch.after.era);
    rows.int8(change.offset);
    rows.int4(batch.after.partition);
    rows.time(change.at);
    rows.int2(static_cast<std::int16_t>(change.kind));
    rows.text(change.reference);
    rows.time(null_if_zero(change.held_until));
    rows.text(change.reason);
    rows.text(change.who);
  }
  rows.finish();
  return rows;
}

CopyData listed_rows(const Batch& batch) {
  CopyData rows;
  constexpr std::size_t kRowBytes = 2 + 6 * 4 + 4 * 8 + 2 * 4;
  rows.reserve(batch.listed.size() * kRowBytes);
  for (const ListedUser& listed : batch.listed) {
    rows.row(6);
    rows.int8(listed.policy.value);
    rows.int8(listed.user.value);
    rows.int8(listed.number);
    rows.int8(listed.offset);
    rows.int4(batch.after.era);
    rows.int4(batch.after.partition);
  }
  rows.finish();
  return rows;
}

CopyData imported_code_rows(const Batch& batch) {
  CopyData rows;
  constexpr std::size_t kRowBytes = 2 + 6 * 4 + 3 * 8 + 2 * 4 + 16;
  rows.reserve(batch.imported_codes.size() * kRowBytes);
  for (const ImportedCode& code : batch.imported_codes) {
    rows.row(6);
    rows.int8(code.policy.value);
    rows.int8(code.sequence);
    rows.text(code.code);
    rows.int8(code.offset);
    rows.int4(batch.after.era);
    rows.int4(batch.after.partition);
  }
  rows.finish();
  return rows;
}

std::optional<CopyData> event_trace_rows(const Batch& batch) {
  std::optional<CopyData> rows;
  for (const RecordTrace& record : batch.traces) {
    if (!record.has_event) continue;
    if (!rows) rows.emplace();
    rows->row(5);
    rows->int8(record.policy.value);
    rows->int4(batch.after.era);
    rows->int8(record.offset);
    rows->text(record.trace->traceparent());
    rows->text(record.trace->tracestate());
  }
  if (rows) rows->finish();
  return rows;
}

template <class Value, class Write>
void RowArrays::column(Oid type, std::span<const Value> values, Write write) {
  ArrayData array(type, values.size());
  for (const Value& value : values) write(array, value);
  columns_.push_back(std::move(array));
}

// clang-format off
RowArrays::RowArrays(std::span<const Policy> policies) {
  using postgres::kBool, postgres::kInt2, postgres::kInt4, postgres::kInt8, postgres::kText, postgres::kTimestamptz;
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.id.value); });
  column(kText, policies, [](ArrayData& to, const Policy& policy) { to.text(policy.name); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.max_count); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.issued_count); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.active_count); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.used_count); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.cancelled_count); });
  column(kInt4, policies, [](ArrayData& to, const Policy& policy) { to.int4(policy.per_user_limit); });
  column(kTimestamptz, policies, [](ArrayData& to, const Policy& policy) { to.time(policy.issue_starts_at); });
  column(kTimestamptz, policies, [](ArrayData& to, const Policy& policy) { to.time(policy.issue_ends_at); });
  column(kTimestamptz, policies, [](ArrayData& to, const Policy& policy) { to.time(policy.valid_from); });
  column(kTimestamptz, policies, [](ArrayData& to, const Policy& policy) { to.time(policy.valid_until); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(maybe_count(policy.valid_for)); });
  column(kInt2, policies, [](ArrayData& to, const Policy& policy) { to.int2(static_cast<std::int16_t>(policy.on_cancel)); });
  column(kBool, policies, [](ArrayData& to, const Policy& policy) { to.boolean(policy.reissue); });
  column(kInt2, policies, [](ArrayData& to, const Policy& policy) { to.int2(static_cast<std::int16_t>(policy.codes)); });
  column(kText, policies, [](ArrayData& to, const Policy& policy) { to.text(policy.code_prefix); });
  column(kText, policies, [](ArrayData& to, const Policy& policy) { to.text(policy.create_key); });
  column(kInt2, policies, [](ArrayData& to, const Policy& policy) { to.int2(static_cast<std::int16_t>(policy.state)); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.revision); });
  column(kTimestamptz, policies, [](ArrayData& to, const Policy& policy) { to.time(null_if_zero(policy.newest_issued_at)); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.hash(policy.coupons_hash); });
  column(kInt2, policies, [](ArrayData& to, const Policy& policy) { to.int2(static_cast<std::int16_t>(policy.eligible)); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.listed_count); });
  column(kInt8, policies, [](ArrayData& to, const Policy& policy) { to.int8(policy.code_count); });
}

RowArrays::RowArrays(std::span<const CouponLife> lives) {
  using postgres::kBool, postgres::kInt2, postgres::kInt8, postgres::kText, postgres::kTimestamptz;
  column(kInt8, lives, [](ArrayData& to, const CouponLife& life) { to.int8(life.policy.value); });
  column(kInt8, lives, [](ArrayData& to, const CouponLife& life) { to.int8(life.sequence); });
  column(kInt2, lives, [](ArrayData& to, const CouponLife& life) { to.int2(static_cast<std::int16_t>(life.state)); });
  column(kBool, lives, [](ArrayData& to, const CouponLife& life) { to.boolean(life.gave_back_place); });
  column(kTimestamptz, lives, [](ArrayData& to, const CouponLife& life) { to.time(null_if_zero(life.held_until)); });
  column(kText, lives, [](ArrayData& to, const CouponLife& life) { to.text(references_to_text(life.references)); });
}
// clang-format on

void RowArrays::add_to(postgres::Params& params) const {
  for (const auto& column : columns_) params.array(column);
}

}  // namespace firstcome::store::pg
