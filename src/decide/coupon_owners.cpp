#include "decide/coupon_owners.h"

#include <utility>

#include "decide/parts.h"
#include "domain/check.h"

namespace firstcome::decide {
namespace {

using parts::kParts;
using parts::part_of;

/// From this number of owners on, the index has kParts parts. The split takes 1 to 2 ms. Smaller policies do
/// not need so many tables.
constexpr std::size_t kSpreadFrom = 65'536;

}  // namespace

OwnerIndex& CouponOwners::part(std::uint64_t hash) { return index_[part_of(hash, index_.size())]; }

CouponOwners::Row CouponOwners::newest(UserId user, std::uint64_t hash) const {
  return index_[part_of(hash, index_.size())].find(
      hash, [&](Row candidate) { return rows_[candidate - 1].user == user; });
}

CouponOwners::Link CouponOwners::link(Row row) const {
  const Link* link = links_.find(row - 1);
  return link == nullptr ? Link{} : *link;
}

OwnedCoupon CouponOwners::coupon(Row row) const {
  return {row, rows_[row - 1].issued_at, link(row).ordinal()};
}

std::optional<OwnedCoupon> CouponOwners::find(UserId user) const {
  const Row row = newest(user, IdHash{}(user));
  return row == 0 ? std::nullopt : std::optional(coupon(row));
}

std::optional<OwnedCoupon> CouponOwners::find(UserId user, std::int32_t ordinal) const {
  Row row = newest(user, IdHash{}(user));
  if (row == 0) return std::nullopt;
  for (Link at = link(row); at.ordinal() > ordinal; at = link(row)) row = at.previous();
  return coupon(row);
}

std::optional<CouponOwners::Owner> CouponOwners::owner_of(std::int64_t sequence) const {
  if (sequence < 1 || sequence > static_cast<std::int64_t>(size_)) return std::nullopt;
  const Row row = static_cast<Row>(sequence);
  return Owner{rows_[row - 1].user, coupon(row)};
}

std::optional<OwnedCoupon> CouponOwners::find_or_add(UserId user, Timestamp issued_at) {
  const std::uint64_t hash = IdHash{}(user);
  const Row row = static_cast<Row>(size_ + 1);
  const Row held =
      part(hash).find_or_add(hash, row, [&](Row candidate) { return rows_[candidate - 1].user == user; });
  if (held != 0) return coupon(held);
  write(row, user, issued_at, {});
  return std::nullopt;
}

OwnedCoupon CouponOwners::add_another(UserId user, Timestamp issued_at) {
  const std::uint64_t hash = IdHash{}(user);
  const Row row = static_cast<Row>(size_ + 1);
  const Row before =
      part(hash).set(hash, row, [&](Row candidate) { return rows_[candidate - 1].user == user; });
  write(row, user, issued_at, before == 0 ? Link{} : Link{before, link(before).ordinal() + 1});
  return coupon(row);
}

bool CouponOwners::load(UserId user, OwnedCoupon coupon) {
  const Row row = static_cast<Row>(coupon.sequence);
  if (rows_.at(row - 1).user.valid()) return false;
  const std::uint64_t hash = IdHash{}(user);
  const auto is_users = [&](Row candidate) { return rows_[candidate - 1].user == user; };
  Row newer = part(hash).find(hash, is_users);
  if (newer != 0 && link(newer).ordinal() > coupon.ordinal) return insert_link(newer, row, user, coupon);
  if (newer != 0 && link(newer).ordinal() == coupon.ordinal) return false;
  part(hash).set(hash, row, is_users);
  write(row, user, coupon.issued_at, {newer, coupon.ordinal});
  return true;
}

/// Puts `row` into the chain below `newer`. Only while loading, because it changes a row that was written.
bool CouponOwners::insert_link(Row newer, Row row, UserId user, OwnedCoupon coupon) {
  Row below = link(newer).previous();
  while (below != 0 && link(below).ordinal() > coupon.ordinal) below = link(newer = below).previous();
  if (below != 0 && link(below).ordinal() == coupon.ordinal) return false;
  write(row, user, coupon.issued_at, {below, coupon.ordinal});
  links_.at(newer - 1) = {row, link(newer).ordinal()};
  return true;
}

void CouponOwners::write(Row row, UserId user, Timestamp issued_at, Link link) {
  rows_.at(row - 1) = {user, issued_at};
  if (link.previous() != 0 || link.ordinal() > 1) links_.at(row - 1) = link;
  if (frozen_ != nullptr) frozen_.reset();
  if (++size_ == kSpreadFrom && index_.size() == 1) spread();
}

void CouponOwners::spread() {
  index_ = std::vector<OwnerIndex>(kParts);
  for (Row row = 1; row <= size_; ++row) {  // a later row of a user replaces an earlier one
    const UserId user = rows_[row - 1].user;
    const std::uint64_t hash = IdHash{}(user);
    part(hash).set(hash, row, [&](Row candidate) { return rows_[candidate - 1].user == user; });
  }
}

std::vector<UserId> CouponOwners::users_with(std::int32_t ordinal) const {
  std::vector<UserId> users;
  for (Row row = 1; row <= size_; ++row) {
    if (link(row).ordinal() == ordinal) users.push_back(rows_[row - 1].user);
  }
  return users;
}

std::shared_ptr<const CouponOwners> CouponOwners::freeze() {
  if (frozen_ == nullptr) {
    for (OwnerIndex& part : index_) part.share();
    frozen_ = std::shared_ptr<const CouponOwners>(new CouponOwners(*this));
  }
  return frozen_;
}

void CouponOwners::reserve(std::size_t coupons) {
  CHECK(size_ == 0);
  if (coupons < kSpreadFrom) return index_.front().reserve(coupons);
  index_ = std::vector<OwnerIndex>(kParts);
  const auto shares = parts::shares_of(coupons);
  for (std::size_t part = 0; part < kParts; ++part) index_[part].reserve(shares[part]);
}

void CouponOwners::prefetch_index(UserId user) const {
  const std::uint64_t hash = IdHash{}(user);
  index_[part_of(hash, index_.size())].prefetch(hash);
}

void CouponOwners::prefetch_row(UserId user) const {
  const std::uint64_t hash = IdHash{}(user);
  const auto row = index_[part_of(hash, index_.size())].guess(hash);
  if (row != 0) prefetch_memory(&rows_[row - 1]);
}

}  // namespace firstcome::decide
