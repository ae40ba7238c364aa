package io.firstcome.spring;

import io.firstcome.client.HttpTransport;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Sends by a RestClient, so that interceptors, observations and customizers of the application apply. The client's own timeouts and
 * retries stay: give the RestClient none of its own.
 */
public final class RestClientTransport implements HttpTransport {
  private final RestClient client;
  private final HttpClient http;
  private final Duration usualTimeout;

  /**
   * @param builder is copied
   * @param http with a connect timeout, HTTP/1.1 and no redirects
   * @param usualTimeout of most attempts
   */
  public RestClientTransport(RestClient.Builder builder, HttpClient http, Duration usualTimeout) {
    this.http = http;
    this.usualTimeout = usualTimeout;
    this.client = builder.clone().requestFactory(factory(usualTimeout)).build();
  }

  @Override
  public Answer send(Request request) throws IOException {
    var sender = request.timeout().equals(usualTimeout) ? client
        : client.mutate().requestFactory(factory(request.timeout())).build();  // the end of a call's total time is near
    var spec = sender.method(HttpMethod.valueOf(request.method())).uri(request.url())
        .headers(headers -> request.headers().forEach(headers::set));
    request.body().ifPresent(body -> spec.body(body.getBytes(StandardCharsets.UTF_8)));
    try {
      return spec.exchange((sent, answer) -> new Answer(answer.getStatusCode().value(),
          Optional.ofNullable(answer.getHeaders().getFirst("Retry-After")),
          StreamUtils.copyToString(answer.getBody(), StandardCharsets.UTF_8)));
    } catch (ResourceAccessException e) {
      if (e.getCause() instanceof IOException broken) throw broken;
      throw new IOException(e);
    }
  }

  private JdkClientHttpRequestFactory factory(Duration timeout) {
    var factory = new JdkClientHttpRequestFactory(http);
    factory.setReadTimeout(timeout);
    return factory;
  }
}
