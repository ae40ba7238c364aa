#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "decide/owner_index.h"
#include "decide/owner_rows.h"

namespace firstcome::decide {

/// What a user holds: the sequence number and when it was issued.
struct OwnedCoupon {
  std::int64_t sequence = 0;
  Timestamp issued_at;
};

/// The owners of one policy: rows in the order of their sequence numbers, which are 1, 2, 3 and so on, and
/// where each user's row is. The index of many owners is in many parts, of sizes that are spread over an
/// octave: at any time few of them have just doubled, so a owner costs about 31 bytes at any number, and
/// what moves at once is less than a hundredth of all.
class CouponOwners {
 public:
  CouponOwners() = default;
  CouponOwners(CouponOwners&&) noexcept = default;
  CouponOwners& operator=(CouponOwners&&) noexcept = default;
  ~CouponOwners() = default;

  [[nodiscard]] std::optional<OwnedCoupon> find(UserId user) const;
  /// What the user holds already. Nothing: then the next sequence number is theirs from now on. One probe for
  /// both questions.
  std::optional<OwnedCoupon> find_or_add(UserId user, Timestamp issued_at);
  /// A owner who was saved, in any order. False if the user or the sequence number is there already.
  [[nodiscard]] bool load(UserId user, OwnedCoupon coupon);
  /// Everybody added so far, for any thread to read, immutable from now on. Costs pointers; after it, each
  /// part of the index is copied once before it changes.
  std::shared_ptr<const CouponOwners> freeze();
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Makes room for that many. Only while there are none.
  void reserve(std::size_t owners);
  void clear() { *this = CouponOwners{}; }
  /// Asks the memory for what finding this user looks at first, without waiting for it.
  void prefetch_index(UserId user) const;
  /// And then, for the row that the index names.
  void prefetch_row(UserId user) const;

 private:
  CouponOwners(const CouponOwners&) = default;  // shares all with the other: for freeze() alone
  void spread();
  std::optional<OwnedCoupon> add(UserId user, Timestamp issued_at, OwnerIndex::Row row);

  OwnerRows rows_;
  std::vector<OwnerIndex> index_{1};  ///< one, or as many as large policies have
  std::size_t size_ = 0;
  std::shared_ptr<const CouponOwners> frozen_;  ///< null once something was added to what it shows
};

}  // namespace firstcome::decide
