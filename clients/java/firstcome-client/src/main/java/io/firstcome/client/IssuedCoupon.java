package io.firstcome.client;

import java.time.Instant;
import java.util.Optional;

/**
 * The coupon of a request.
 *
 * @param ordinal which of the user's coupons of this policy it is; 1 for the first
 * @param sequence 1, 2, 3 … in the order of the journal
 * @param code if the policy has codes
 * @param ticket of the request; absent in some early answers
 */
public record IssuedCoupon(
    long policyId, long userId, int ordinal, long sequence, Instant issuedAt, Optional<String> code, Optional<String> ticket) {
  /** Names this coupon in the commands of its life. */
  public CouponKey key() {
    return CouponKey.of(policyId, sequence);
  }
}
