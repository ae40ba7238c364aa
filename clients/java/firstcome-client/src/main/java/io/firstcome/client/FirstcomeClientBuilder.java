package io.firstcome.client;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes a {@link FirstcomeClient}. */
public final class FirstcomeClientBuilder {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  private final ClientSettings settings;
  private Supplier<String> credential = () -> "";
  private Optional<HttpTransport> transport = Optional.empty();
  private CallListener listener = CallListener.NONE;

  FirstcomeClientBuilder(ClientSettings settings) {
    this.settings = settings;
  }

  /** A key of the server's `--keys-file`, or the token of a user. Without one, the server must allow anonymous callers. */
  public FirstcomeClientBuilder key(String key) {
    return key(() -> key);
  }

  /** The same, asked for before each attempt, so that a key can be replaced while the program runs. Empty: no credential. */
  public FirstcomeClientBuilder key(Supplier<String> key) {
    this.credential = key;
    return this;
  }

  /** Another HTTP client than the JDK's. */
  public FirstcomeClientBuilder transport(HttpTransport wanted) {
    this.transport = Optional.of(wanted);
    return this;
  }

  public FirstcomeClientBuilder listener(CallListener wanted) {
    this.listener = wanted;
    return this;
  }

  public FirstcomeClient build() {
    var sender = transport.orElseGet(() -> new JdkTransport(httpClient(CONNECT_TIMEOUT).build()));
    return new CallingClient(settings, new Caller(settings, sender, credential, listener));
  }

  /** What {@link JdkTransport} needs; TLS, a proxy or an executor may be added. */
  public static HttpClient.Builder httpClient(Duration connectTimeout) {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(connectTimeout);
  }
}
