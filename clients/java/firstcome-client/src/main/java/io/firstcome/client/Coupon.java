package io.firstcome.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A coupon and its state, as of {@link #asOf}.
 *
 * @param state as the server writes it; {@link #is} compares it
 * @param reference of the command that holds, uses or cancelled the coupon
 * @param heldUntil when a hold lapses by itself
 * @param code if the policy has codes
 */
public record Coupon(
    long policyId, long sequence, long userId, int ordinal, String state, Optional<String> reference, Optional<Instant> heldUntil,
    Instant issuedAt, Optional<Instant> validFrom, Optional<Instant> expiresAt, Optional<String> code, Optional<Place> asOf) {
  public boolean is(CouponState wanted) {
    return state.equals(wanted.name());
  }

  public CouponKey key() {
    return CouponKey.of(policyId, sequence);
  }
}
