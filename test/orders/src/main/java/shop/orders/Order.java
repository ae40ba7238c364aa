package shop.orders;

/** An order with a coupon. */
public record Order(long id, long userId, long policyId, long sequence, OrderState state) {
  /** Names this order in firstcome. */
  String reference() {
    return "order-" + id;
  }
}
