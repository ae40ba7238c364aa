package io.firstcome.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The nodes in turn. One that did not answer rests, longer each time, so that callers do not wait for it. */
final class Nodes {
  private static final Duration FIRST_REST = Duration.ofMillis(500);
  private static final int MOST_DOUBLINGS = 5;  // 16 s

  static final class Node {
    private record Rest(int failures, long until) {}

    private final URI url;
    private volatile Rest rest = new Rest(0, System.nanoTime());

    private Node(URI url) {
      this.url = url;
    }

    URI url() {
      return url;
    }

    /** Two threads may report at once: then one of the reports is lost, which is as good. */
    void answered() {
      if (rest.failures > 0) rest = new Rest(0, System.nanoTime());
    }

    void failed() {
      int failures = Math.min(rest.failures + 1, MOST_DOUBLINGS + 1);
      rest = new Rest(failures, System.nanoTime() + (FIRST_REST.toNanos() << (failures - 1)));
    }

    private long restsFor() {
      return Math.max(rest.until - System.nanoTime(), 0);
    }
  }

  private final List<Node> nodes;
  private final AtomicInteger turn = new AtomicInteger();

  Nodes(List<URI> urls) {
    nodes = urls.stream().map(Node::new).toList();
  }

  List<Node> all() {
    return nodes;
  }

  /** The next node that is not in `tried`, if there is one; of those, the one that rests for the shortest time. */
  Node next(Set<Node> tried) {
    int first = Math.floorMod(turn.getAndIncrement(), nodes.size());
    Node best = null;
    long shortest = 0;
    for (int i = 0; i < nodes.size(); ++i) {
      var node = nodes.get((first + i) % nodes.size());
      if (tried.contains(node) && tried.size() < nodes.size()) continue;
      long rest = node.restsFor();
      if (best == null || rest < shortest) {
        best = node;
        shortest = rest;
      }
    }
    return best;
  }
}
