package shop.orders;

/**
 * A command for firstcome. (coupon, command, reference) identifies it, so it may be sent any number of times. `orderId` is null if
 * it is not for an order.
 */
public record CouponCommand(long id, String reference, Long orderId, long userId, long policyId, long sequence, Kind command) {
  public enum Kind { RESERVE, USE, RELEASE, RESTORE, CANCEL }
}
