#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domain/result.h"
#include "store/store.h"

namespace firstcome::store {

/// Coupons of one policy: those with after < sequence <= up_to.
struct CouponRange {
  PolicyId policy;
  std::int64_t after = 0;
  std::int64_t up_to = 0;

  bool operator==(const CouponRange&) const = default;
};

/// What is saved and not known to be published, and how far it is. One connection, one thread. Apart from the
/// writers: neither waits for the other.
class EventOutbox {
 public:
  virtual ~EventOutbox() = default;
  /// Of every policy that has some, by id; closed ones, too.
  virtual Result<std::vector<CouponRange>> unpublished() = 0;
  /// Exactly these, by policy and sequence. `ranges` by policy, at least one, each of at least one coupon. A
  /// coupon that is missing is an error.
  virtual Result<std::vector<CouponRow>> coupons(std::span<const CouponRange> ranges) = 0;
  /// The events up to each `up_to` are published, those up to `after` by whoever was there before. Moves
  /// nothing back, whoever calls it late, and nothing on of a policy that an operator has put back to before
  /// `after`. `ranges` by policy, at least one.
  virtual Status published(std::span<const CouponRange> ranges) = 0;
};

}  // namespace firstcome::store
