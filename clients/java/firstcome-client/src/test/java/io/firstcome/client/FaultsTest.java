package io.firstcome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firstcome.client.testing.Proxy;
import io.firstcome.client.testing.Server;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every call has one final result, whatever happens between. On a real server, behind a proxy that does what networks do. */
@Timeout(180)
public class FaultsTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  /** After what ends within 2 s on an idle machine. */
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir protected Path folder;

  private static ClientSettings patient(URI... urls) {
    return ClientSettings.at(urls).withDecisionWait(Duration.ofSeconds(1)).withTimeouts(SOON, LONG)
        .withRetries(100, Duration.ofMillis(20), Duration.ofMillis(200));
  }

  /** Another transport has the same tests. */
  protected FirstcomeClientBuilder builder(ClientSettings settings) {
    return FirstcomeClient.builder(settings);
  }

  private FirstcomeClient client(URI... urls) {
    return builder(patient(urls)).build();
  }

  /** The results of these users, in their order, asked for by as many threads. */
  private static List<IssueResult> press(FirstcomeClient client, long policy, int threads, LongStream users)
      throws InterruptedException, ExecutionException {
    var pool = Executors.newFixedThreadPool(threads);
    try {
      var results = new ArrayList<IssueResult>();
      for (var one : pool.invokeAll(users.<Callable<IssueResult>>mapToObj(user -> () -> client.issue(policy, user)).toList())) {
        results.add(one.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  private static void eachHasItsOwnCoupon(List<IssueResult> results) {
    assertThat(results.stream().map(result -> result.coupon().orElseThrow().sequence()).sorted())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, results.size()).boxed().toList());
  }

  @Test
  protected void everyUserGetsOneCouponWhenTheServerIsKilledAndStartsAgain() throws Exception {
    var first = Server.start(folder);
    var second = new CompletableFuture<Server>();
    first.createPolicy(7, 400);
    try (var proxy = new Proxy(first.users())) {
      var answered = new CountDownLatch(50);
      proxy.rewrite(text -> {
        answered.countDown();
        return text;
      });
      var others = new Thread(() -> {
        try {
          answered.await();
          first.kill();
          second.complete(Server.start(folder));
          proxy.lead(second.join().users());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      others.start();
      eachHasItsOwnCoupon(press(client(proxy.url()), 7, 16, LongStream.rangeClosed(1, 400)));
      others.join();
      assertThat(second).as("it was killed").isCompleted();
    } finally {
      if (second.isDone()) second.join().close();
    }
  }

  @Test
  protected void aLostAnswerIsTheSameCouponAgain() {
    var keys = folder.resolve("keys.toml");
    var admin = Server.key(keys, "operator", "admin");
    var key = Server.key(keys, "shop", "issue,use");
    try (var server = Server.start(folder.resolve("data"), "--keys-file", keys.toString()); var proxy = new Proxy(server.users())) {
      server.createPolicy("{\"id\":7,\"name\":\"P\",\"maxCount\":10}", admin);
      var client = client(proxy.url()).withCredential(key);
      proxy.lose(1);
      var result = client.issue(7, 42);
      assertThat(result).isInstanceOf(IssueResult.AlreadyIssued.class);
      assertThat(result.coupon().orElseThrow().sequence()).isEqualTo(1);
      proxy.lose(1);
      assertThat(client.use(result.coupon().orElseThrow().key(), "order-1")).isInstanceOf(CommandResult.Unchanged.class);
    }
  }

  @Test
  protected void aSlowAnswerIsGivenUpAndAskedForAgain() {
    try (var server = Server.start(folder); var slow = new Proxy(server.users())) {
      server.createPolicy(7, 10);
      slow.hold();
      var attempts = new Attempts();
      var settings = patient(slow.url(), server.users()).withTimeouts(Duration.ofMillis(1_200), LONG);
      var result = builder(settings).listener(attempts).build().issue(7, 42);
      assertThat(result.coupon().orElseThrow().sequence()).isEqualTo(1);
      assertThat(attempts.unanswered.get()).isPositive();
      assertThat(slow.connections()).isPositive();
    }
  }

  @Test
  protected void anAnswerThatDoesNotEndIsGivenUpInTime() {
    try (var server = Server.start(folder); var slow = new Proxy(server.users())) {
      server.createPolicy(7, 10);
      slow.holdEnds();
      var settings = patient(slow.url()).withTimeouts(Duration.ofMillis(1_200), Duration.ofMillis(1_200));
      long began = System.nanoTime();
      var failed = catchThrowableOfType(NoAnswerException.class, () -> builder(settings).build().issue(7, 42));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofMillis(1_200), SOON);
      assertThat(failed.mayBeRecorded()).isTrue();
    }
  }

  @Test
  protected void aFrozenServerEndsInTimeWithAnUnknownOutcome() {
    try (var server = Server.start(folder)) {
      server.createPolicy(7, 10);
      server.freeze();
      var settings = patient(server.users()).withTimeouts(Duration.ofMillis(1_100), Duration.ofMillis(2_000));
      long began = System.nanoTime();
      var failed = catchThrowableOfType(NoAnswerException.class, () -> builder(settings).build().issue(7, 42));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
      assertThat(failed.mayBeRecorded()).isTrue();
      assertThat(failed).hasMessageContaining("It may have been recorded. The call may be repeated.");
    }
  }

  @Test
  protected void aNodeThatIsAwayIsPassedOver() throws Exception {
    try (var server = Server.start(folder)) {
      server.createPolicy(7, 20);
      var attempts = new Attempts();
      var client = builder(patient(Proxy.nowhere(), server.users())).listener(attempts).build();
      for (long user = 1; user <= 20; ++user) assertThat(client.issue(7, user)).isInstanceOf(IssueResult.Issued.class);
      assertThat(attempts.unanswered.get()).as("it rests after it did not answer").isBetween(1, 5);
      assertThat(client.readiness()).extracting(NodeReadiness::ready).containsExactly(false, true);
    }
  }

  @Test
  protected void withoutAnyNodeTheCallEndsInTime() throws Exception {
    var settings = patient(Proxy.nowhere(), Proxy.nowhere()).withTimeouts(Duration.ofMillis(1_100), Duration.ofMillis(1_100));
    long began = System.nanoTime();
    assertThatThrownBy(() -> builder(settings).build().issue(7, 42)).isInstanceOf(NoAnswerException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
  }

  @Test
  protected void anAttemptThatReachesNoNodeRecordsNothing() throws Exception {
    var settings = patient(Proxy.nowhere(), Proxy.nowhere()).withTimeouts(LONG, LONG).withRetries(5, Duration.ZERO, Duration.ZERO);
    var failed = catchThrowableOfType(NoAnswerException.class, () -> builder(settings).build().issue(7, 42));
    assertThat(failed.mayBeRecorded()).isFalse();
    assertThat(failed).hasMessageContaining("after 5 attempts").hasMessageContaining("Nothing was recorded. The call may be repeated.");
    assertThat(failed.problem()).isEmpty();
  }

  @Test
  protected void anOverloadedServerIsAskedAgainWhenItSays() throws Exception {
    try (var server = Server.start(folder, "--threads", "1", "--max-pending-policy", "1")) {
      var attempts = new Attempts();
      var client = builder(patient(server.users())).listener(attempts).build();
      for (int policy = 1; attempts.count(503) == 0; ++policy) {  // two must press at once
        server.createPolicy(policy, 12);
        eachHasItsOwnCoupon(press(client, policy, 12, LongStream.rangeClosed(1, 12)));
        assertThat(attempts.ended.get()).isEqualTo(12 * policy);
      }
    }
  }

  @Test
  protected void aCallerThatPressesTooOftenIsAskedToWaitAndDoesSo() {
    try (var server = Server.start(folder, "--press-rate", "1", "--press-burst", "1")) {
      server.createPolicy(7, 10);
      var attempts = new Attempts();
      var client = builder(patient(server.users())).listener(attempts).build();
      client.issue(7, 42);
      while (attempts.count(429) == 0) assertThat(client.issue(7, 42)).isInstanceOf(IssueResult.AlreadyIssued.class);
      var once = builder(patient(server.users()).withRetries(1, Duration.ZERO, Duration.ZERO)).build();
      assertThatThrownBy(() -> pressFor(once, 42)).isInstanceOf(NoAnswerException.class).hasMessageContaining("429 TOO_MANY_REQUESTS");
    }
  }

  /** Until there is an exception. */
  private static void pressFor(FirstcomeClient client, long user) {
    while (true) client.issue(7, user);
  }

  @Test
  protected void aPendingRequestIsPolledUntilItIsDecided() {
    try (var server = Server.start(folder); var proxy = new Proxy(server.users())) {
      server.createPolicy(7, 10);
      var late = new AtomicInteger(3);  // the answer to the POST, and those to two polls
      proxy.rewrite(text -> text.contains("SUCCESS") && late.getAndDecrement() > 0
          ? text.replace("201 Created", "202 Accepted").replace("SUCCESS", "PENDING") : text);
      var attempts = new Attempts();
      var client = builder(patient(proxy.url())).listener(attempts).build();
      assertThat(client.issue(7, 42)).isInstanceOf(IssueResult.Issued.class);
      assertThat(attempts.count(202)).isEqualTo(1);
      assertThat(attempts.count(200)).isEqualTo(3);
    }
  }

  @Test
  protected void aRequestThatStaysPendingReturnsItsTicketInTime() {
    try (var server = Server.start(folder); var proxy = new Proxy(server.users())) {
      server.createPolicy(7, 10);
      proxy.rewrite(text -> text.replace("201 Created", "202 Accepted").replace("SUCCESS", "PENDING")
          .replace("\"ALREADY_ISSUED\"", "\"PENDING\"       "));
      var settings = patient(proxy.url()).withTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(3));
      var pending = pending(builder(settings).build());
      proxy.pass();
      var client = client(proxy.url());
      assertThat(client.outcome(pending.ticket(), LONG)).isInstanceOf(IssueResult.Issued.class);
      assertThat(client.outcome(pending.ticket(), Duration.ZERO).coupon().orElseThrow().sequence()).isEqualTo(1);
    }
  }

  /** On a busy machine the total time may end before the first answer. Then there is no ticket. */
  private static IssueResult.Pending pending(FirstcomeClient client) {
    while (true) {
      long began = System.nanoTime();
      try {
        return (IssueResult.Pending) client.issue(7, 42);
      } catch (NoAnswerException e) {
        assertThat(e.mayBeRecorded()).isTrue();
      } finally {
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
      }
    }
  }

  @Test
  protected void aSubmittedRequestHasAnOutcome() {
    try (var server = Server.start(folder)) {
      server.createPolicy(7, 1);
      var client = client(server.users());
      var submitted = client.submit(7, 42, 1);  // decided at once, or not: both are right
      var issued = submitted instanceof IssueResult.Pending pending ? client.outcome(pending.ticket(), LONG) : submitted;
      assertThat(issued).isInstanceOf(IssueResult.Issued.class);
      assertThat(client.issue(7, 43)).isInstanceOf(IssueResult.SoldOut.class);
      assertThat(client.submit(7, 43, 1)).as("refused early").isInstanceOf(IssueResult.SoldOut.class);
    }
  }

  @Test
  protected void anInterruptedCallEndsAtOnce() throws Exception {
    try (var server = Server.start(folder); var slow = new Proxy(server.users())) {
      server.createPolicy(7, 10);
      var asked = new CountDownLatch(1);
      slow.rewrite(text -> {
        asked.countDown();
        return "";
      });
      var settings = patient(slow.url()).withTimeouts(LONG, LONG);
      var ended = new CompletableFuture<NoAnswerException>();
      var caller = new Thread(() -> ended.complete(
          catchThrowableOfType(NoAnswerException.class, () -> builder(settings).build().issue(7, 42))));
      caller.start();
      asked.await();
      caller.interrupt();
      assertThat(ended.get(100, TimeUnit.SECONDS).mayBeRecorded()).isTrue();
    }
  }

  /** Counts attempts by status. */
  private static final class Attempts implements CallListener {
    private final ConcurrentHashMap<Integer, Integer> statuses = new ConcurrentHashMap<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    int count(int status) {
      return statuses.getOrDefault(status, 0);
    }

    @Override
    public void attempted(String call, URI node, OptionalInt status, Duration took) {
      if (status.isEmpty()) unanswered.incrementAndGet();
      else statuses.merge(status.getAsInt(), 1, Integer::sum);
    }

    @Override
    public void ended(String call, String result, int attempts, Duration took) {
      ended.incrementAndGet();
    }
  }
}
