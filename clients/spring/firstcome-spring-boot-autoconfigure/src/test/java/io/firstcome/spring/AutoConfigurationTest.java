package io.firstcome.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstcome.client.CallListener;
import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.IssueResult;
import io.firstcome.client.NoAnswerException;
import io.firstcome.client.testing.Proxy;
import io.firstcome.client.testing.Server;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.client.RestClientCustomizer;

/** What an application gets that has the starter. */
@Timeout(180)
class AutoConfigurationTest {
  private static final String NOWHERE = "firstcome.url=http://127.0.0.1:1";

  /** For a busy machine. */
  private static final String[] PATIENT = {"firstcome.connect-timeout=30s", "firstcome.attempt-timeout=30s", "firstcome.total-timeout=120s"};

  @TempDir Path folder;

  private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(
      RestClientAutoConfiguration.class, SslAutoConfiguration.class, FirstcomeAutoConfiguration.class,
      FirstcomeMetricsAutoConfiguration.class, FirstcomeHealthContributorAutoConfiguration.class));

  @Test
  void withoutAUrlThereIsNoClient() {
    application.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FirstcomeClient.class)
        .doesNotHaveBean(FirstcomeHealthIndicator.class));
  }

  @Test
  void metricsAndHealthNeedTheirLibraries() {
    application.withPropertyValues(NOWHERE)
        .withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.boot.actuate"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(FirstcomeClient.class).doesNotHaveBean(CallListener.class));
    application.withPropertyValues(NOWHERE, "management.health.firstcome.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(FirstcomeHealthIndicator.class));
  }

  @Test
  void aWrongPropertyStopsTheApplicationAndSaysWhatToCorrect() {
    application.withPropertyValues(NOWHERE, "firstcome.attempt-timeout=1s").run(context -> assertThat(context).hasFailed()
        .getFailure().rootCause().hasMessageContaining("give more than its wait for a decision"));
    application.withPropertyValues("firstcome.url=").run(context -> assertThat(context).hasFailed()
        .getFailure().rootCause().hasMessageContaining("give at least one URL"));
  }

  @Test
  void anApplicationMayReplaceTheClientAndChangeIt() {
    var own = FirstcomeClient.builder(URI.create("http://127.0.0.1:1")).build();
    application.withPropertyValues(NOWHERE).withBean(FirstcomeClient.class, () -> own)
        .run(context -> assertThat(context.getBean(FirstcomeClient.class)).isSameAs(own));
  }

  @Test
  void aCallGoesThroughRestClientAndIsMeasured() {
    var keys = folder.resolve("keys.toml");
    var admin = Server.key(keys, "operator", "admin");
    var key = Server.key(keys, "shop", "issue");
    try (var server = Server.start(folder.resolve("data"), "--keys-file", keys.toString())) {
      server.createPolicy("{\"id\":7,\"name\":\"P\",\"maxCount\":1}", admin);
      var dead = Proxy.nowhere();
      var sent = new AtomicInteger();
      application.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(RestClientCustomizer.class, () -> builder -> builder.requestInterceptor((request, body, execution) -> {
            sent.incrementAndGet();
            return execution.execute(request, body);
          }))
          // The key comes from elsewhere than the properties.
          .withBean(FirstcomeClientBuilderCustomizer.class, () -> builder -> builder.key(() -> key))
          .withPropertyValues("firstcome.url=" + dead + "," + server.users()).withPropertyValues(PATIENT)
          .run(context -> {
            var client = context.getBean(FirstcomeClient.class);
            assertThat(client.issue(7, 42)).isInstanceOf(IssueResult.Issued.class);
            assertThat(client.issue(7, 43)).isInstanceOf(IssueResult.SoldOut.class);
            assertThat(sent.get()).isGreaterThanOrEqualTo(3);
            assertThat(timers(context.getBean(MeterRegistry.class))).containsExactlyInAnyOrder(
                "firstcome.client.calls call=issue result=SOLD_OUT", "firstcome.client.calls call=issue result=SUCCESS",
                "firstcome.client.attempts call=issue node=" + dead.getAuthority() + " status=none",
                "firstcome.client.attempts call=issue node=" + server.users().getAuthority() + " status=201",
                "firstcome.client.attempts call=issue node=" + server.users().getAuthority() + " status=409");
          });
    }
  }

  /** Names and tags of the client's timers, each of which has counted something. */
  private static TreeSet<String> timers(MeterRegistry registry) {
    var found = new TreeSet<String>();
    for (var meter : registry.getMeters()) {
      var name = new StringBuilder(meter.getId().getName());
      meter.getId().getTags().forEach(tag -> name.append(' ').append(tag.getKey()).append('=').append(tag.getValue()));
      if (meter instanceof Timer timer && timer.count() > 0) found.add(name.toString());
    }
    return found;
  }

  @Test
  void anSslBundleIsTheTrustOfTheClient() throws Exception {
    var certificate = folder.resolve("certificate.pem").toString();
    var key = folder.resolve("key.pem").toString();
    var made = new ProcessBuilder("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=firstcome", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
        .redirectErrorStream(true).start();
    var printed = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(printed).isZero();
    try (var server = Server.start(folder.resolve("data"), "--tls-cert", certificate, "--tls-key", key)) {
      assertThat(server.users().getScheme()).isEqualTo("https");
      var with = application.withPropertyValues("firstcome.url=" + server.users()).withPropertyValues(PATIENT);
      with.withPropertyValues("firstcome.ssl.bundle=edges", "spring.ssl.bundle.pem.edges.truststore.certificate=file:" + certificate)
          .run(context -> assertThat(context.getBean(FirstcomeClient.class).issue(99, 42)).isInstanceOf(IssueResult.UnknownPolicy.class));
      with.withPropertyValues("firstcome.retry.max-attempts=1").run(context ->
          assertThatThrownBy(() -> context.getBean(FirstcomeClient.class).issue(99, 42)).isInstanceOf(NoAnswerException.class)
              .rootCause().hasMessageContaining("unable to find valid certification path"));
    }
  }

  @Test
  void healthIsUpWhileANodeIsReady() {
    var server = Server.start(folder);
    try (server) {
      application.withPropertyValues("firstcome.url=http://127.0.0.1:1," + server.users()).run(context -> {
        var indicator = context.getBean(FirstcomeHealthIndicator.class);
        var up = indicator.health();
        assertThat(up.getStatus()).isEqualTo(Status.UP);
        assertThat(up.getDetails().get("nodes").toString()).contains("http://127.0.0.1:1=not ready: no answer").contains("=ready");
        server.kill();
        assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
      });
    }
  }

  @Test
  void everyPropertyHasADescription() throws IOException {
    try (var file = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      var properties = new TreeSet<String>();
      for (var one : new ObjectMapper().readTree(file).path("properties")) {
        assertThat(one.path("description").asText()).as(one.path("name").asText()).isNotEmpty();
        properties.add(one.path("name").asText());
      }
      assertThat(properties).contains("firstcome.url", "firstcome.key", "firstcome.decision-wait", "firstcome.connect-timeout",
          "firstcome.attempt-timeout", "firstcome.total-timeout", "firstcome.retry.max-attempts", "firstcome.retry.pause",
          "firstcome.retry.max-pause", "firstcome.ssl.bundle", "management.health.firstcome.enabled");
    }
  }
}
