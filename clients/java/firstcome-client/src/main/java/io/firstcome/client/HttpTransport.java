package io.firstcome.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Sends one HTTP request. It does not retry, follows no redirect, and returns an answer of any status. Any thread may call it. */
@FunctionalInterface
public interface HttpTransport {
  /**
   * @param headers with the credential: do not log them
   * @param body JSON; absent: the request has none
   * @param timeout until the whole answer is read
   */
  record Request(String method, URI url, Map<String, String> headers, Optional<String> body, Duration timeout) {}

  /**
   * @param retryAfter the field Retry-After
   * @param body in UTF-8
   */
  record Answer(int status, Optional<String> retryAfter, String body) {}

  /**
   * Returns when the whole answer has been read. ConnectException, HttpConnectTimeoutException and SSLHandshakeException mean that no byte
   * of the request was sent, any other exception that the node may have received it.
   */
  Answer send(Request request) throws IOException, InterruptedException;
}
