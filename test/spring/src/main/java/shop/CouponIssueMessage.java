package shop;

import java.time.LocalDateTime;

/** What the shop has always sent: a user asks for a coupon of a policy. */
public record CouponIssueMessage(long userId, int policyId, LocalDateTime requestedAt, long sequenceNumber) {}
