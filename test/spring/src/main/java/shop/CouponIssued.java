package shop;

import java.time.Instant;

/** What firstcome tells of an issued coupon. */
public record CouponIssued(long policyId, long userId, long sequence, Instant issuedAt, String ticket) {}
