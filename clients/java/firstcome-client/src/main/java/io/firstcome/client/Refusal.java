package io.firstcome.client;

import java.util.Optional;

/**
 * Why there is no coupon.
 *
 * @param code `result` of the answer
 * @param detail a message for people; empty in the outcome of a ticket
 * @param ticket of the request; absent if it was refused early, without a record in the journal
 * @param body the whole answer, in JSON
 */
public record Refusal(String code, String detail, Optional<String> ticket, String body) {}
