package shop;

/** The shop's own table of coupons. */
public interface Wallets {
  /**
   * One transaction: INSERT INTO wallet (event_id, …) … ON CONFLICT (event_id) DO NOTHING, and whatever else follows
   * from the coupon, unless it was there.
   */
  void add(String eventId, CouponIssued coupon);
}
