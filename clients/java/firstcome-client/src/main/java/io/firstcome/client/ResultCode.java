package io.firstcome.client;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every value of `result` that this version of the client knows: those of openapi.json. A newer server may return others; all results
 * and problems of this package keep the text.
 */
public enum ResultCode {
  SUCCESS, ALREADY_ISSUED, PENDING,
  SOLD_OUT, NOT_STARTED, ENDED, PAUSED, CLOSED, NOT_ELIGIBLE, UNKNOWN_POLICY, REFUSED,
  ACCEPTED, UNCHANGED,
  UNKNOWN_COUPON, ALREADY_USED, RESERVED, CANCELLED, EXPIRED, NOT_YET_VALID, NOT_RESERVED, NOT_USED,
  EXISTS, STALE, GONE,
  OVERLOADED, UNAVAILABLE, OUTCOME_UNKNOWN, TOO_MANY_REQUESTS, REQUEST_TIMEOUT,
  UNAUTHORIZED, FORBIDDEN, NOT_FOUND, INVALID, BAD_REQUEST, METHOD_NOT_ALLOWED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
  EXPECTATION_FAILED, HEADER_TOO_LARGE, NOT_IMPLEMENTED, HTTP_VERSION_NOT_SUPPORTED;

  private static final Map<String, ResultCode> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Enum::name, Function.identity()));

  /** Empty: a result of a newer server. */
  public static Optional<ResultCode> of(String result) {
    return Optional.ofNullable(BY_NAME.get(result));
  }
}
