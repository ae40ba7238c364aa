package io.firstcome.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How the client calls.
 *
 * @param urls the edges, or one address in front of them
 * @param decisionWait how long a node waits for the decision before it answers PENDING; whole seconds, at most the server's `--wait-most`
 * @param attemptTimeout until the whole answer of one attempt is read
 * @param totalTimeout of a call with its retries, its pauses and the polling of its ticket
 * @param maxAttempts of a call; 1: never retry. Polls of a ticket count apart
 * @param pause the longest pause before the first retry, doubled with each one; the pause is a random part of it
 * @param maxPause what `pause` is doubled up to. A node that names a time with Retry-After gets that time instead
 */
public record ClientSettings(
    List<URI> urls, Duration decisionWait, Duration attemptTimeout, Duration totalTimeout, int maxAttempts, Duration pause, Duration maxPause) {
  public static final Duration DECISION_WAIT = Duration.ofSeconds(2);
  public static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
  public static final Duration TOTAL_TIMEOUT = Duration.ofSeconds(10);
  public static final int MAX_ATTEMPTS = 10;
  public static final Duration PAUSE = Duration.ofMillis(50);
  public static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  /** The settings of an installation at these addresses, with the default times. */
  public static ClientSettings at(URI... urls) {
    return new ClientSettings(List.of(urls), DECISION_WAIT, ATTEMPT_TIMEOUT, TOTAL_TIMEOUT, MAX_ATTEMPTS, PAUSE, MAX_PAUSE);
  }

  public ClientSettings {
    urls = urls.stream().map(ClientSettings::base).toList();
    require(!urls.isEmpty(), "the address of firstcome is missing: give at least one URL, for example http://127.0.0.1:8080");
    require(!decisionWait.isNegative() && decisionWait.toNanosPart() == 0, "the wait for a decision is " + decisionWait + ": give whole seconds");
    require(attemptTimeout.compareTo(decisionWait) > 0, "the timeout of an attempt (" + attemptTimeout
        + ") ends before the node answers: give more than its wait for a decision (" + decisionWait + ")");
    require(totalTimeout.compareTo(attemptTimeout) >= 0,
        "the total timeout (" + totalTimeout + ") is shorter than that of an attempt (" + attemptTimeout + ")");
    require(maxAttempts >= 1, "the number of attempts is " + maxAttempts + ": give 1 or more");
    require(!pause.isNegative() && maxPause.compareTo(pause) >= 0, "the longest pause (" + maxPause + ") is shorter than " + pause);
  }

  public ClientSettings withTimeouts(Duration attempt, Duration total) {
    return new ClientSettings(urls, decisionWait, attempt, total, maxAttempts, pause, maxPause);
  }

  public ClientSettings withDecisionWait(Duration wanted) {
    return new ClientSettings(urls, wanted, attemptTimeout, totalTimeout, maxAttempts, pause, maxPause);
  }

  public ClientSettings withRetries(int attempts, Duration first, Duration most) {
    return new ClientSettings(urls, decisionWait, attemptTimeout, totalTimeout, attempts, first, most);
  }

  private static URI base(URI url) {
    require(url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme())),
        url + " is no address of firstcome: give http://HOST:PORT or https://HOST:PORT");
    require(url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null,
        "the address of firstcome has more than scheme, host, port and path: give the key as a setting of its own");
    var text = url.toString();
    return URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  private static void require(boolean holds, String message) {
    if (!holds) throw new IllegalArgumentException(message);
  }
}
