package io.firstcome.client;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The JDK's HTTP client. */
public final class JdkTransport implements HttpTransport {
  private final HttpClient http;

  /** `http` should have a connect timeout, HTTP/1.1 and no redirects: {@link FirstcomeClient.Builder} makes such a one. */
  public JdkTransport(HttpClient http) {
    this.http = http;
  }

  @Override
  public Answer send(Request request) throws IOException, InterruptedException {
    var built = HttpRequest.newBuilder(request.url())
        .method(request.method(), request.body().map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
    request.headers().forEach(built::header);
    // HttpRequest.timeout() ends with the header of the answer. This one is also for an answer whose body comes slowly.
    var answer = http.sendAsync(built.build(), BodyHandlers.ofString());
    try {
      var got = answer.get(request.timeout().toNanos(), TimeUnit.NANOSECONDS);
      return new Answer(got.statusCode(), got.headers().firstValue("Retry-After"), got.body());
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer within " + request.timeout().toMillis() + " ms");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException broken) throw broken;
      throw new IOException(e.getCause());
    } finally {
      answer.cancel(true);  // if it is under way: closes its connection
    }
  }
}
