package io.firstcome.client;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/** Learns of every attempt and every call, for metrics. Called in the thread of the call; it must not block or throw. */
public interface CallListener {
  /**
   * One request was sent, or could not be.
   *
   * @param call what it was for: issue, outcome, use …
   * @param status of HTTP; empty: no answer
   */
  void attempted(String call, URI node, OptionalInt status, Duration took);

  /**
   * A call has ended.
   *
   * @param result `result` of the answer, OK for one that has none, NO_ANSWER, or REJECTED for an answer that is not firstcome's
   */
  void ended(String call, String result, int attempts, Duration took);

  /** Does nothing. */
  CallListener NONE = new CallListener() {
    @Override
    public void attempted(String call, URI node, OptionalInt status, Duration took) {}

    @Override
    public void ended(String call, String result, int attempts, Duration took) {}
  };
}
