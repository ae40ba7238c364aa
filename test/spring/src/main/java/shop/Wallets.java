package shop;

/** The shop's own table of coupons. */
public interface Wallets {
  /**
   * One transaction: INSERT INTO seen_event (id) … ON CONFLICT (id) DO NOTHING, and all effects of the new coupon,
   * unless the row existed.
   */
  void add(String eventId, CouponEvent coupon);

  /** The same for what happened to a coupon: (policyId, sequence) names it. */
  void mark(String eventId, CouponEvent coupon, String state);
}
