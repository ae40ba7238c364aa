#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "decide/growing_rows.h"
#include "decide/owner_index.h"
#include "domain/time.h"

namespace firstcome::decide {

/// A coupon of a user.
struct OwnedCoupon {
  std::int64_t sequence = 0;
  Timestamp issued_at;
  std::int32_t ordinal = 1;  ///< 1-based, among the user's coupons of the policy
};

/// The coupon owners of one policy: rows in the order of their sequences (1, 2, 3, …), and an index from user
/// to the row of their newest coupon. The rows of a user with several coupons are a chain from the newest to
/// the oldest. A large index has many parts, whose sizes are spread over a factor of two. So few parts double at
/// the same time: an owner takes about 31 bytes at any size (37 where users have several coupons), and one resize
/// moves less than 1 % of all entries.
class CouponOwners {
 public:
  CouponOwners() = default;
  CouponOwners(CouponOwners&&) noexcept = default;
  CouponOwners& operator=(CouponOwners&&) noexcept = default;
  ~CouponOwners() = default;

  /// The newest coupon of the user.
  [[nodiscard]] std::optional<OwnedCoupon> find(UserId user) const;
  /// The user's coupon with this ordinal, or the newest if the user has fewer. Walks from the newest to it.
  [[nodiscard]] std::optional<OwnedCoupon> find(UserId user, std::int32_t ordinal) const;
  /// The owner of the coupon with this sequence; none if it is not issued.
  struct Owner {
    UserId user;
    OwnedCoupon coupon;
  };
  [[nodiscard]] std::optional<Owner> owner_of(std::int64_t sequence) const;

  /// The newest coupon that the user already has. If none, the user becomes the owner of the next sequence. One
  /// probe of the index does both.
  std::optional<OwnedCoupon> find_or_add(UserId user, Timestamp issued_at);
  /// The user becomes the owner of the next sequence, also with other coupons. Returns it.
  OwnedCoupon add_another(UserId user, Timestamp issued_at);
  /// Adds a saved coupon; any order. False if the sequence, or the user's ordinal, exists already.
  [[nodiscard]] bool load(UserId user, OwnedCoupon coupon);
  /// An immutable copy of all owners, which any thread can read. Copies only pointers. Afterwards each part
  /// of the index is copied once, before its next change.
  std::shared_ptr<const CouponOwners> freeze();
  /// Number of coupons.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The users that were issued at least this number of coupons. Reads all rows if `ordinal` is above 1.
  [[nodiscard]] std::vector<UserId> users_with(std::int32_t ordinal) const;
  /// There must be no owners yet.
  void reserve(std::size_t coupons);
  void clear() { *this = CouponOwners{}; }
  /// Prefetches the slot of the index that find() reads first.
  void prefetch_index(UserId user) const;
  /// Prefetches the row of the user. Call it after prefetch_index().
  void prefetch_row(UserId user) const;

 private:
  using Row = OwnerIndex::Row;  ///< 1-based; also the sequence

  struct OwnerRow {
    UserId user;  ///< 0 while the row is not loaded yet
    Timestamp issued_at;
  };
  /// The place of a row in its chain. Only pieces with an ordinal above 1 have such rows, so most policies have none.
  class Link {
   public:
    Link() = default;
    Link(Row previous, std::int32_t ordinal)
        : low_(static_cast<std::uint16_t>(previous)),
          high_(static_cast<std::uint16_t>(previous >> 16)),
          ordinal_(static_cast<std::uint16_t>(ordinal)) {}
    [[nodiscard]] Row previous() const { return low_ | static_cast<Row>(high_) << 16; }  ///< 0: the oldest
    [[nodiscard]] std::int32_t ordinal() const { return ordinal_ == 0 ? 1 : ordinal_; }

   private:
    std::uint16_t low_ = 0, high_ = 0;
    std::uint16_t ordinal_ = 0;  ///< 0 is 1
  };

  CouponOwners(const CouponOwners&) = default;  // only for freeze(): the copy shares rows and index
  [[nodiscard]] Row newest(UserId user, std::uint64_t hash) const;
  [[nodiscard]] Link link(Row row) const;
  [[nodiscard]] OwnedCoupon coupon(Row row) const;
  void write(Row row, UserId user, Timestamp issued_at, Link link);
  [[nodiscard]] bool insert_link(Row newer, Row row, UserId user, OwnedCoupon coupon);
  OwnerIndex& part(std::uint64_t hash);
  void spread();

  GrowingRows<OwnerRow> rows_;
  GrowingRows<Link> links_;
  std::vector<OwnerIndex> index_{1};  ///< 1 part, or kParts in a large policy
  std::size_t size_ = 0;
  std::shared_ptr<const CouponOwners> frozen_;  ///< the last freeze(); null after the next addition
};

}  // namespace firstcome::decide
