package io.firstcome.client;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long to wait before a retry. */
final class Pauses {
  private final ClientSettings settings;
  private final RandomGenerator random;

  Pauses(ClientSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * A random part of a time that doubles with each retry, so that clients which failed together do not come back together. What a node
   * asked for with Retry-After is a minimum.
   *
   * @param retry 1 for the first one
   */
  Duration before(int retry, Optional<String> retryAfter) {
    long most = settings.pause().toNanos();
    for (int i = 1; i < retry && most < settings.maxPause().toNanos(); ++i) most *= 2;
    var part = Duration.ofNanos(random.nextLong(Math.min(most, settings.maxPause().toNanos()) + 1));
    return retryAfter.filter(text -> text.matches("[0-9]{1,9}")).map(text -> Duration.ofSeconds(Long.parseLong(text)).plus(part))
        .orElse(part);
  }
}
