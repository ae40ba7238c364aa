package shop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;

/** What this shop reads of firstcome's events. A type without a field leaves it null. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CouponEvent(
    long policyId, Long userId, Long sequence, Integer ordinal, String code,
    Instant issuedAt, String ticket, String reference) {}
