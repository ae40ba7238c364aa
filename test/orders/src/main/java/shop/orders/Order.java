package shop.orders;

import java.util.Optional;

/** An order with a coupon. `couponUsed`: as the events show it. */
public record Order(long id, long userId, long policyId, long sequence, OrderState state, boolean couponUsed) {
  private static final String PREFIX = "order-";

  /** Names this order in firstcome. */
  String reference() {
    return PREFIX + id;
  }

  /** The id of the order with this reference. Empty: it is of something else, or of another shop. */
  static Optional<Long> idOf(String reference) {
    return reference.matches(PREFIX + "[0-9]{1,18}") ? Optional.of(Long.valueOf(reference.substring(PREFIX.length())))
        : Optional.empty();
  }
}
