package io.firstcome.spring;

import io.firstcome.client.ClientSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/** The properties `firstcome.*`. */
@ConfigurationProperties("firstcome")
public class FirstcomeProperties {
  /** Addresses of the edges, or of what is in front of them, separated by commas: http://edge1:8080,http://edge2:8080. */
  private List<URI> url = List.of();

  /** Key with the scopes that the service needs: issue, read, use. Empty if the server accepts anonymous callers. */
  private String key = "";

  /** How long a node waits for the decision before it answers that the request is pending. Whole seconds. */
  private Duration decisionWait = ClientSettings.DECISION_WAIT;

  /** Time to establish a connection. */
  private Duration connectTimeout = Duration.ofSeconds(1);

  /** Time until the whole answer of one attempt is read. Longer than decision-wait. */
  private Duration attemptTimeout = ClientSettings.ATTEMPT_TIMEOUT;

  /** Time of a call with its retries, its pauses and the polling of its ticket. */
  private Duration totalTimeout = ClientSettings.TOTAL_TIMEOUT;

  @NestedConfigurationProperty
  private final Retry retry = new Retry();

  @NestedConfigurationProperty
  private final Ssl ssl = new Ssl();

  /** Retries of calls that had no final answer. */
  public static class Retry {
    /** Attempts of a call; 1 means no retry. */
    private int maxAttempts = ClientSettings.MAX_ATTEMPTS;

    /** Longest pause before the first retry. Each pause is a random part of it, and it doubles with each retry. */
    private Duration pause = ClientSettings.PAUSE;

    /** What the pause is doubled up to. A time that a node asks for with Retry-After is a minimum. */
    private Duration maxPause = ClientSettings.MAX_PAUSE;

    public int getMaxAttempts() {
      return maxAttempts;
    }

    public void setMaxAttempts(int maxAttempts) {
      this.maxAttempts = maxAttempts;
    }

    public Duration getPause() {
      return pause;
    }

    public void setPause(Duration pause) {
      this.pause = pause;
    }

    public Duration getMaxPause() {
      return maxPause;
    }

    public void setMaxPause(Duration maxPause) {
      this.maxPause = maxPause;
    }
  }

  /** TLS to the edges. */
  public static class Ssl {
    /** Name of an SSL bundle (spring.ssl.bundle) with the certificates to trust, and the client certificate if there is one. */
    private String bundle;

    public String getBundle() {
      return bundle;
    }

    public void setBundle(String bundle) {
      this.bundle = bundle;
    }
  }

  /** These properties as the client's settings. Throws IllegalArgumentException, with a message that says what to correct. */
  public ClientSettings settings() {
    return new ClientSettings(url, decisionWait, attemptTimeout, totalTimeout, retry.maxAttempts, retry.pause, retry.maxPause);
  }

  public List<URI> getUrl() {
    return url;
  }

  public void setUrl(List<URI> url) {
    this.url = url;
  }

  public String getKey() {
    return key;
  }

  public void setKey(String key) {
    this.key = key;
  }

  public Duration getDecisionWait() {
    return decisionWait;
  }

  public void setDecisionWait(Duration decisionWait) {
    this.decisionWait = decisionWait;
  }

  public Duration getConnectTimeout() {
    return connectTimeout;
  }

  public void setConnectTimeout(Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
  }

  public Duration getAttemptTimeout() {
    return attemptTimeout;
  }

  public void setAttemptTimeout(Duration attemptTimeout) {
    this.attemptTimeout = attemptTimeout;
  }

  public Duration getTotalTimeout() {
    return totalTimeout;
  }

  public void setTotalTimeout(Duration totalTimeout) {
    this.totalTimeout = totalTimeout;
  }

  public Retry getRetry() {
    return retry;
  }

  public Ssl getSsl() {
    return ssl;
  }
}
