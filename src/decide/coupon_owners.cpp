#include "decide/coupon_owners.h"

#include <array>
#include <cmath>
#include <utility>

#include "domain/check.h"

namespace firstcome::decide {
namespace {

constexpr std::size_t kParts = 256;
/// From this number of owners on, the index has kParts parts. The split takes 1 to 2 ms. Smaller policies do
/// not need so many tables.
constexpr std::size_t kSpreadFrom = 65'536;

/// Twelve bits of a user's hash → part. The shares of the parts range from 1 to 2 on a logarithmic scale, as
/// tables double: the parts below part n have 2^(n / kParts) - 1 of all users.
using PartTable = std::array<std::uint8_t, 4096>;

PartTable make_part_table() {
  PartTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double below = static_cast<double>(i) / static_cast<double>(table.size());
    table[i] = static_cast<std::uint8_t>(std::log2(1 + below) * static_cast<double>(kParts));
  }
  return table;
}

const PartTable kPartTable = make_part_table();

/// Uses the lower half of the hash, because OwnerIndex uses the upper half.
std::size_t part_of(std::uint64_t hash, std::size_t parts) {
  return parts == 1 ? 0 : kPartTable[hash & (kPartTable.size() - 1)];
}

}  // namespace

std::optional<OwnedCoupon> CouponOwners::find(UserId user) const {
  const std::uint64_t hash = IdHash{}(user);
  const auto row = index_[part_of(hash, index_.size())].find(
      hash, [&](OwnerIndex::Row candidate) { return rows_[candidate - 1].user == user; });
  if (row == 0) return std::nullopt;
  return OwnedCoupon{row, rows_[row - 1].issued_at};
}

std::optional<OwnedCoupon> CouponOwners::find_or_add(UserId user, Timestamp issued_at) {
  return add(user, issued_at, static_cast<OwnerIndex::Row>(size_ + 1));
}

bool CouponOwners::load(UserId user, OwnedCoupon coupon) {
  const auto row = static_cast<OwnerIndex::Row>(coupon.sequence);
  if (rows_.at(row - 1).user.valid()) return false;
  return !add(user, coupon.issued_at, row);
}

std::optional<OwnedCoupon> CouponOwners::add(UserId user, Timestamp issued_at, OwnerIndex::Row row) {
  const std::uint64_t hash = IdHash{}(user);
  const auto held = index_[part_of(hash, index_.size())].find_or_add(
      hash, row, [&](OwnerIndex::Row candidate) { return rows_[candidate - 1].user == user; });
  if (held != 0) return OwnedCoupon{held, rows_[held - 1].issued_at};
  rows_.at(row - 1) = {user, issued_at};
  if (frozen_ != nullptr) frozen_.reset();
  if (++size_ == kSpreadFrom && index_.size() == 1) spread();
  return std::nullopt;
}

void CouponOwners::spread() {
  index_ = std::vector<OwnerIndex>(kParts);
  const auto none = [](OwnerIndex::Row) { return false; };
  for (std::size_t row = 0; row < size_; ++row) {
    const std::uint64_t hash = IdHash{}(rows_[row].user);
    index_[part_of(hash, kParts)].find_or_add(hash, static_cast<OwnerIndex::Row>(row + 1), none);
  }
}

std::shared_ptr<const CouponOwners> CouponOwners::freeze() {
  if (frozen_ == nullptr) {
    for (OwnerIndex& part : index_) part.share();
    frozen_ = std::shared_ptr<const CouponOwners>(new CouponOwners(*this));
  }
  return frozen_;
}

void CouponOwners::reserve(std::size_t owners) {
  CHECK(size_ == 0);
  if (owners < kSpreadFrom) return index_.front().reserve(owners);
  index_ = std::vector<OwnerIndex>(kParts);
  std::array<std::size_t, kParts> shares{};
  for (const std::uint8_t part : kPartTable) ++shares[part];
  for (std::size_t part = 0; part < kParts; ++part) {
    index_[part].reserve(owners * shares[part] / kPartTable.size());
  }
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
