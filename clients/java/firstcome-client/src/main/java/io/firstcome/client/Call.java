package io.firstcome.client;

import java.util.Optional;

/**
 * A call, of which each attempt is the same request.
 *
 * @param name for metrics and messages: issue, outcome, use …
 * @param path with its query
 */
record Call(String name, String method, String path, Optional<String> body, Optional<String> prefer) {
  static Call get(String name, String path) {
    return new Call(name, "GET", path, Optional.empty(), Optional.empty());
  }

  static Call post(String name, String path, String body, String prefer) {
    return new Call(name, "POST", path, Optional.of(body), Optional.of(prefer));
  }
}
