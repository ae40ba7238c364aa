package shop.orders;

public enum OrderState {
  /** The coupon is being reserved. */
  CHECKING,
  /** The order holds the coupon. The user pays. */
  RESERVED,
  /** The payment is authorised, and the coupon is being used. */
  USING,
  /** The coupon is used, and the payment is captured. */
  PAID,
  /** The use is being taken back. */
  REFUNDING,
  REFUNDED,
  /** The payment has failed or came too late. The coupon is free again. */
  ABORTED,
  /** The order cannot have this coupon. An authorised payment is voided. */
  REFUSED
}
