package shop;

/** The shop's own table of coupons. */
public interface Wallets {
  /**
   * One transaction: INSERT INTO wallet (event_id, …) … ON CONFLICT (event_id) DO NOTHING, and all other effects of the
   * coupon, unless the row existed.
   */
  void add(String eventId, CouponIssued coupon);
}
