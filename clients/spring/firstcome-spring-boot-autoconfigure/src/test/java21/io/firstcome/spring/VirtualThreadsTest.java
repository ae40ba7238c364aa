package io.firstcome.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.testing.Proxy;
import io.firstcome.client.testing.Server;
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
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** With Java 21, calls wait in virtual threads: more of them at once than there are threads of the machine. */
@Timeout(120)
class VirtualThreadsTest {
  private static final int CALLS = 500;

  @TempDir Path folder;

  @Test
  void manyCallsWaitAtOnceWithoutAPlatformThreadEach() {
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
              var platform = Thread.getAllStackTraces().keySet().stream().filter(one -> one.getName().startsWith("firstcome-")).toList();
              assertThat(platform).as("getAllStackTraces has platform threads only").isEmpty();
              released.countDown();
              assertThat(calls).extracting(VirtualThreadsTest::sequence)
                  .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, CALLS).boxed().toList());
            }
          });
    }
  }

  private static long sequence(Future<io.firstcome.client.IssueResult> call) {
    try {
      return call.get().coupon().orElseThrow().sequence();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
