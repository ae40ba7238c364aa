package shop;

import java.time.LocalDateTime;

/** The message of the shop: a user requests a coupon of a policy. */
public record CouponIssueMessage(long userId, int policyId, LocalDateTime requestedAt, long sequenceNumber) {}
