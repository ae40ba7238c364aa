#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domain/result.h"
#include "store/store.h"

namespace firstcome::store {

/// Saved coupons whose events are not known to be published, and the published position of each policy. One
/// connection, used by one thread. Independent of the writers: neither waits for the other.
class EventOutbox {
 public:
  virtual ~EventOutbox() = default;
  /// The unpublished range of each policy that has one, by policy id; includes closed policies.
  virtual Result<std::vector<CouponRange>> unpublished() = 0;
  /// All coupons of `ranges`, by policy and sequence. `ranges`: sorted by policy, at least one, each with at
  /// least one coupon. Fails if a coupon is missing.
  virtual Result<std::vector<CouponRow>> coupons(std::span<const CouponRange> ranges) = 0;
  /// Stores that the events up to each `up_to` are published. A late call does not move a position back. A
  /// position that an operator has set below `after` does not change. `ranges`: sorted by policy, at least
  /// one.
  virtual Status published(std::span<const CouponRange> ranges) = 0;
};

}  // namespace firstcome::store
