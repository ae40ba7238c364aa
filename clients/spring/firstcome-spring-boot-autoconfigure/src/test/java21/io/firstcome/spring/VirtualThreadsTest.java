package io.firstcome.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.IssueResult;
import io.firstcome.client.testing.Proxy;
import io.firstcome.client.testing.Server;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/** With Java 21, calls wait in virtual threads: more of them at once than there are threads of the machine. */
@Timeout(120)
class VirtualThreadsTest {
  private static final int CALLS = 500;

  @TempDir Path folder;

  @Test
  void manyCallsWaitAtOnce() {
    try (var server = Server.start(folder); var proxy = new Proxy(server.users())) {
      server.createPolicy(7, CALLS);
      var arrived = new CountDownLatch(CALLS);
      var released = new CountDownLatch(1);
      proxy.rewrite(text -> {
        arrived.countDown();
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return text;
      });
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(RestClientAutoConfiguration.class, FirstcomeAutoConfiguration.class))
          .withPropertyValues("firstcome.url=" + proxy.url(), "spring.threads.virtual.enabled=true", "firstcome.attempt-timeout=100s",
              "firstcome.total-timeout=100s", "firstcome.connect-timeout=100s")
          .run(context -> {
            var client = context.getBean(FirstcomeClient.class);
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
              var calls = LongStream.rangeClosed(1, CALLS).mapToObj(user -> pool.submit(() -> client.issue(7, user))).toList();
              arrived.await();
              released.countDown();
              assertThat(calls).extracting(VirtualThreadsTest::sequence)
                  .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, CALLS).boxed().toList());
            }
          });
    }
  }

  @Test
  void theClientsOwnThreadsAreVirtualIfThoseOfTheApplicationAre() {
    var application = new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(FirstcomeAutoConfiguration.class))
        .withPropertyValues("firstcome.url=http://127.0.0.1:1");
    application.run(context -> assertThat(http(context).executor()).isEmpty());
    application.withPropertyValues("spring.threads.virtual.enabled=true")
        .run(context -> assertThat(http(context).executor()).containsInstanceOf(VirtualThreadTaskExecutor.class));
  }

  private static HttpClient http(AssertableApplicationContext context) {
    return FirstcomeAutoConfiguration.http(
        context.getBean(FirstcomeProperties.class), context.getBeanProvider(SslBundles.class), context.getEnvironment());
  }

  private static long sequence(Future<IssueResult> call) {
    try {
      return call.get().coupon().orElseThrow().sequence();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
