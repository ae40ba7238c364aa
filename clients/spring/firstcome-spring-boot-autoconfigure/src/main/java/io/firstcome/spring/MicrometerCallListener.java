package io.firstcome.spring;

import io.firstcome.client.CallListener;
import io.firstcome.client.ResultCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Two timers: `firstcome.client.calls` (tags call, result) for what the application waits for, `firstcome.client.attempts` (tags call, node,
 * status) for the requests of which calls consist.
 */
public final class MicrometerCallListener implements CallListener {
  private static final Set<String> OWN_RESULTS = Set.of("OK", "NO_ANSWER", "REJECTED");

  private final MeterRegistry registry;

  public MicrometerCallListener(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void attempted(String call, URI node, OptionalInt status, Duration took) {
    Timer.builder("firstcome.client.attempts").description("Requests to firstcome")
        .tag("call", call).tag("node", node.getAuthority()).tag("status", status.isPresent() ? Integer.toString(status.getAsInt()) : "none")
        .register(registry).record(took);
  }

  @Override
  public void ended(String call, String result, int attempts, Duration took) {
    // A value of a newer server: not a tag of its own, so that tags stay few.
    var known = OWN_RESULTS.contains(result) || ResultCode.of(result).isPresent() ? result : "OTHER";
    Timer.builder("firstcome.client.calls").description("Calls of firstcome, with their retries")
        .tag("call", call).tag("result", known).register(registry).record(took);
  }
}
