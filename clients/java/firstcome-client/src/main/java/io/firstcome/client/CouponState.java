package io.firstcome.client;

/** The states of a coupon that this version of the client knows. */
public enum CouponState {
  ISSUED, RESERVED, USED, CANCELLED, EXPIRED
}
