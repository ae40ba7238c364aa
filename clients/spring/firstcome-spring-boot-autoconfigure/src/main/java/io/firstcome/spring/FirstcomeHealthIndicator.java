package io.firstcome.spring;

import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.NodeReadiness;
import java.util.LinkedHashMap;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** UP if one of the nodes is ready. The details name each node. */
public final class FirstcomeHealthIndicator extends AbstractHealthIndicator {
  private final FirstcomeClient client;

  public FirstcomeHealthIndicator(FirstcomeClient client) {
    super("firstcome cannot be asked whether it is ready");
    this.client = client;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    var nodes = client.readiness();
    var details = new LinkedHashMap<String, String>();
    nodes.forEach(node -> details.put(node.url().toString(),
        (node.ready() ? "ready" : "not ready") + node.reason().map(reason -> ": " + reason).orElse("")));
    (nodes.stream().anyMatch(NodeReadiness::ready) ? builder.up() : builder.down()).withDetail("nodes", details);
  }
}
