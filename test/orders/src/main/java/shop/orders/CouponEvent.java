package shop.orders;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** What this service reads of firstcome's events. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CouponEvent(long policyId, String reference) {}
