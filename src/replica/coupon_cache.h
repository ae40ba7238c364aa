#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome::replica {

/// A coupon that this node has decided, or has found again for a request of its owner.
struct CachedCoupon {
  PolicyId policy;
  UserId user;
  std::int64_t sequence = 0;
  std::int32_t ordinal = 1;
  Timestamp issued_at;
  Offset as_of = 0;  ///< records before this offset are decided, the one with this decision included
  std::uint32_t load =
      0;  ///< PartitionStatus::loads when it was decided; another load may decide differently
};

/// The coupons decided last, of all policies, by owner. With it an edge answers a coupon owner who asks again while the
/// policy still issues, without a record (docs/decisions/0051-repeats-cost-no-record.md). Ordinals are never used again,
/// so ALREADY_ISSUED stays right whatever becomes of the coupon.
///
/// A table of sets with three coupons each. A fourth one replaces one of them, so a coupon that is missing here may
/// still exist. The memory is fixed; the kernel provides each page at its first use.
///
/// Thread-safe and without locks that a reader waits for. The thread of a partition writes before it publishes the status
/// of the partition. So a reader reads the status first and the cache afterwards, which is then at least as new.
class CouponCache {
 public:
  static constexpr std::size_t kDefaultBytes = std::size_t{16} << 20;

  /// 0 bytes: it keeps nothing.
  explicit CouponCache(std::size_t bytes);

  [[nodiscard]] bool enabled() const { return count_ > 0; }
  /// Coupons that fit in.
  [[nodiscard]] std::size_t capacity() const;
  [[nodiscard]] std::optional<CachedCoupon> find(PolicyId policy, UserId user) const;
  /// Does nothing if another thread is changing the same set.
  void put(const CachedCoupon& coupon);
  /// Puts all, and waits for memory less often than put().
  void put(std::span<const CachedCoupon> coupons);

 private:
  struct Set;
  struct Unmap {
    std::size_t bytes;
    void operator()(Set* sets) const;
  };

  [[nodiscard]] Set& set_of(PolicyId policy, UserId user) const;

  std::size_t count_ = 0;  ///< of sets
  std::unique_ptr<Set[], Unmap> sets_;
};

}  // namespace firstcome::replica
