package io.firstcome.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A policy as the node that answered knows it.
 *
 * @param issuedCount coupons ever issued
 * @param remaining coupons that can still be issued now
 * @param state SCHEDULED, ACTIVE, ENDED, PAUSED, CLOSED or IMPORTING, or a state of a newer server
 * @param now the node's clock, for a countdown
 */
public record Policy(
    long id, String name, long maxCount, long issuedCount, long remaining, int perUserLimit, String state,
    Optional<Instant> issueStartsAt, Optional<Instant> issueEndsAt, Optional<Instant> validFrom, Optional<Instant> validUntil,
    long revision, Instant now) {}
