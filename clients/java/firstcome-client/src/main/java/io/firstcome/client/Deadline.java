package io.firstcome.client;

import java.time.Duration;

/** A moment by the monotonic clock. */
final class Deadline {
  private final long at;

  private Deadline(long at) {
    this.at = at;
  }

  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** Not negative. */
  Duration left() {
    return Duration.ofNanos(Math.max(at - System.nanoTime(), 0));
  }

  boolean isOver() {
    return left().isZero();
  }
}
