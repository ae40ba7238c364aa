#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "decide/owner_index.h"
#include "decide/owner_rows.h"

namespace firstcome::decide {

/// The coupon of a user.
struct OwnedCoupon {
  std::int64_t sequence = 0;
  Timestamp issued_at;
};

/// The coupon owners of one policy: rows in the order of their sequences (1, 2, 3, …), and an index from user
/// to row. A large index has many parts, whose sizes are spread over a factor of two. So few parts double at
/// the same time: an owner takes about 31 bytes at any size, and one resize moves less than 1 % of all
/// entries.
class CouponOwners {
 public:
  CouponOwners() = default;
  CouponOwners(CouponOwners&&) noexcept = default;
  CouponOwners& operator=(CouponOwners&&) noexcept = default;
  ~CouponOwners() = default;

  [[nodiscard]] std::optional<OwnedCoupon> find(UserId user) const;
  /// The coupon that the user already has. If none, the user becomes the owner of the next sequence. One
  /// probe of the index does both.
  std::optional<OwnedCoupon> find_or_add(UserId user, Timestamp issued_at);
  /// Adds a saved owner; any order. False if the user or the sequence exists already.
  [[nodiscard]] bool load(UserId user, OwnedCoupon coupon);
  /// An immutable copy of all owners, which any thread can read. Copies only pointers. Afterwards each part
  /// of the index is copied once, before its next change.
  std::shared_ptr<const CouponOwners> freeze();
  [[nodiscard]] std::size_t size() const { return size_; }
  /// There must be no owners yet.
  void reserve(std::size_t owners);
  void clear() { *this = CouponOwners{}; }
  /// Prefetches the slot of the index that find() reads first.
  void prefetch_index(UserId user) const;
  /// Prefetches the row of the user. Call it after prefetch_index().
  void prefetch_row(UserId user) const;

 private:
  CouponOwners(const CouponOwners&) = default;  // only for freeze(): the copy shares rows and index
  void spread();
  std::optional<OwnedCoupon> add(UserId user, Timestamp issued_at, OwnerIndex::Row row);

  OwnerRows rows_;
  std::vector<OwnerIndex> index_{1};  ///< 1 part, or kParts in a large policy
  std::size_t size_ = 0;
  std::shared_ptr<const CouponOwners> frozen_;  ///< the last freeze(); null after the next addition
};

}  // namespace firstcome::decide
