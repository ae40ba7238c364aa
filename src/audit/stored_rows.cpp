#include "audit/stored_rows.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "decide/state_hash.h"
#include "domain/home.h"

namespace firstcome::audit {
namespace {

/// Coupons of one policy to reserve memory for. The count in the row may be wrong.
constexpr std::int64_t kReservedMax = 1 << 20;
constexpr std::int64_t kRowsBetweenProgress = 4096;

}  // namespace

StoredLife stored_life(const CouponLife& life) {
  return {life.sequence, decide::hash_of(life), life.state, life.gave_back_place};
}

StoredCouponChange stored_change(const store::StoredCouponChange& row) {
  const std::hash<std::string_view> hash;
  const CouponChange& change = row.change;
  return {.sequence = change.sequence,
          .offset = change.offset,
          .era = row.era,
          .partition = row.partition,
          .at = change.at,
          .held_until = change.held_until,
          .texts_hash = hash(change.reason) * 31 + hash(change.who),
          .reference = change.reference,
          .kind = change.kind};
}

StoredPolicy& StoredRows::find(PolicyId policy) {
  if (last_ == nullptr || policy != last_policy_) {
    last_policy_ = policy;
    last_ = &partitions_[home(policy, settings_.partitions)].policies[policy];
  }
  return *last_;
}

void StoredRows::position(const store::Position& position) {
  partitions_[position.partition].position = position;
  offsets_ += position.next_offset;
}

void StoredRows::policy(const Policy& policy) {
  StoredPolicy& stored = find(policy.id);
  stored.row = policy;
  stored.coupons.reserve(
      static_cast<std::size_t>(std::clamp(policy.issued_count, std::int64_t{0}, kReservedMax)));
  coupons_expected_ += policy.active_count;
  ++policies_;
}

void StoredRows::change(const store::StoredChange& change) {
  find(change.change.policy).changes.push_back(change);
  ++changes_;
}

void StoredRows::batch(store::BatchRow batch) {
  if (batch.era > settings_.era) ++batches_of_later_eras_;
  if (batch.era == settings_.era) partitions_[batch.partition].batches.push_back(std::move(batch));
}

void StoredRows::coupon(const store::CouponRow& row) {
  const Coupon& coupon = row.coupon;
  find(coupon.policy)
      .coupons.push_back({coupon.sequence, coupon.user, coupon.issued_at, coupon.offset, coupon.user_ordinal,
                          row.partition, row.era});
  if (++coupons_ % kRowsBetweenProgress == 0) progress_.reached(coupons_, work());
}

void StoredRows::life(const CouponLife& life) { find(life.policy).lives.push_back(stored_life(life)); }

void StoredRows::coupon_change(const store::StoredCouponChange& row) {
  find(row.change.policy).coupon_changes.push_back(stored_change(row));
  ++coupon_changes_;
}

void StoredRows::listed(const store::StoredListedUser& row) {
  find(row.listed.policy)
      .listed.push_back({row.listed.user, row.listed.number, row.listed.offset, row.partition, row.era});
  ++listed_users_;
}

void StoredRows::imported_code(const store::StoredImportedCode& row) {
  StoredPolicy& policy = find(row.code.policy);
  policy.codes.push_back({.sequence = row.code.sequence,
                          .begin = policy.code_texts.size(),
                          .size = row.code.code.size(),
                          .offset = row.code.offset,
                          .partition = row.partition,
                          .era = row.era});
  policy.code_texts += row.code.code;
  ++imported_codes_;
}

}  // namespace firstcome::audit
