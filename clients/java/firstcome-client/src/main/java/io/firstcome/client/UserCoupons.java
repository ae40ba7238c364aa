package io.firstcome.client;

import java.util.List;

/**
 * The coupons of a user, by policy and ordinal.
 *
 * @param unavailablePartitions partitions whose coupons are missing, because the node that answered cannot serve them now. Empty: the
 *     list is complete
 */
public record UserCoupons(long userId, List<IssuedCoupon> coupons, List<Integer> unavailablePartitions) {
  public boolean isComplete() {
    return unavailablePartitions.isEmpty();
  }
}
