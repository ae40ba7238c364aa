package io.firstcome.client;

import java.util.Optional;

/**
 * An answer without a decision: problem+json (RFC 9457), or what something between this client and firstcome returned.
 *
 * @param status of HTTP
 * @param result of firstcome, for example INVALID or UNAVAILABLE; absent: the answer is not firstcome's
 * @param detail a message for people
 * @param body the answer as it came
 */
public record Problem(int status, Optional<String> result, String detail, String body) {
  @Override
  public String toString() {
    return status + result.map(known -> " " + known).orElse("") + ": " + detail;
  }
}
