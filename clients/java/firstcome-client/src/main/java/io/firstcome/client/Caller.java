package io.firstcome.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLHandshakeException;

/** Sends a call until a node gives a final answer: chooses nodes, pauses, and ends in time. */
final class Caller {
  private final ClientSettings settings;
  private final HttpTransport transport;
  private final Supplier<String> credential;
  private final CallListener listener;
  private final Nodes nodes;
  private final Pauses pauses;

  Caller(ClientSettings settings, HttpTransport transport, Supplier<String> credential, CallListener listener) {
    this(settings, transport, credential, listener, new Nodes(settings.urls()));
  }

  private Caller(ClientSettings settings, HttpTransport transport, Supplier<String> credential, CallListener listener, Nodes nodes) {
    this.settings = settings;
    this.transport = transport;
    this.credential = credential;
    this.listener = listener;
    this.nodes = nodes;
    // A generator of the thread that calls: shared ones would be contended.
    this.pauses = new Pauses(settings, (RandomGenerator) () -> ThreadLocalRandom.current().nextLong());
  }

  /** Shares what is known about the nodes. */
  Caller with(Supplier<String> other) {
    return new Caller(settings, transport, other, listener, nodes);
  }

  List<URI> urls() {
    return settings.urls();
  }

  Pauses pauses() {
    return pauses;
  }

  /** A final answer. */
  Answered call(Call call, Deadline deadline) {
    var attempts = new Attempts(call);
    long began = System.nanoTime();
    String result = "NO_ANSWER";
    try {
      var answered = attempts.untilFinal(deadline);
      result = answered.result().orElse("OK");
      return answered;
    } catch (RejectedException e) {
      result = e.problem().flatMap(Problem::result).orElse("REJECTED");
      throw e;
    } finally {
      listener.ended(call.name(), result, attempts.count, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /** One attempt at this node, whatever it answers. */
  Answered ask(Call call, URI node, Duration timeout) throws IOException, InterruptedException {
    long began = System.nanoTime();
    var status = OptionalInt.empty();
    try {
      var answer = transport.send(request(call, node, timeout));
      status = OptionalInt.of(answer.status());
      return Answered.of(answer);
    } finally {
      listener.attempted(call.name(), node, status, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private HttpTransport.Request request(Call call, URI node, Duration timeout) {
    var headers = new HashMap<String, String>();
    headers.put("Accept", "application/json");
    call.body().ifPresent(body -> headers.put("Content-Type", "application/json"));
    call.prefer().ifPresent(prefer -> headers.put("Prefer", prefer));
    var key = credential.get();
    if (key != null && !key.isEmpty()) headers.put("Authorization", "Bearer " + key);
    return new HttpTransport.Request(call.method(), URI.create(node + call.path()), headers, call.body(), timeout);
  }

  /** The attempts of one call. */
  private final class Attempts {
    private final Call call;
    private final HashSet<Nodes.Node> tried = new HashSet<>();
    private int count;
    private Nodes.Node node;
    private Optional<Answered> last = Optional.empty();
    private Optional<IOException> broken = Optional.empty();
    private boolean mayBeRecorded;

    Attempts(Call call) {
      this.call = call;
    }

    Answered untilFinal(Deadline deadline) {
      while (true) {
        var verdict = attempt(deadline);
        if (verdict == Verdict.FINAL) return last.orElseThrow();
        if (verdict == Verdict.REJECTED) throw rejected();
        if (count >= settings.maxAttempts()) throw noAnswer();
        pause(verdict, deadline);
      }
    }

    private Verdict attempt(Deadline deadline) {
      node = nodes.next(tried);
      tried.add(node);
      ++count;
      var left = deadline.left();
      try {
        var answered = ask(call, node.url(), left.compareTo(settings.attemptTimeout()) < 0 ? left : settings.attemptTimeout());
        node.answered();
        last = Optional.of(answered);
        broken = Optional.empty();
        var verdict = answered.verdict();
        mayBeRecorded |= verdict != Verdict.REJECTED && Verdict.mayBeRecorded(answered.status(), answered.result());
        return verdict;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        mayBeRecorded = true;
        throw noAnswer();
      } catch (IOException e) {
        last = Optional.empty();
        broken = Optional.of(e);
        mayBeRecorded |= !(e instanceof ConnectException || e instanceof HttpConnectTimeoutException || e instanceof SSLHandshakeException);
        if (Thread.currentThread().isInterrupted()) throw noAnswer();
        node.failed();
        return Verdict.ELSEWHERE;
      }
    }

    /** No pause before a node that has not been tried since the last pause: it may be well. */
    private void pause(Verdict verdict, Deadline deadline) {
      boolean another = verdict == Verdict.ELSEWHERE && tried.size() < nodes.all().size();
      var pause = another ? Duration.ZERO : pauses.before(count, last.flatMap(Answered::retryAfter));
      if (deadline.left().compareTo(pause) <= 0) throw noAnswer();
      if (another) return;
      tried.clear();
      try {
        Thread.sleep(pause.toMillis(), pause.toNanosPart() % 1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw noAnswer();
      }
    }

    private RejectedException rejected() {
      var problem = last.orElseThrow().problem();
      var hint = problem.result().isPresent() ? "" : " This is no answer of firstcome: check its address, and what is in front of it.";
      return new RejectedException(call.name() + ": " + node.url() + " returned " + problem + hint, problem);
    }

    private NoAnswerException noAnswer() {
      var problem = last.map(Answered::problem).orElse(null);
      var reason = problem != null ? "returned " + problem : "did not answer: " + broken.map(Caller::text).orElse("interrupted");
      var message = call.name() + ": no final answer after " + count + (count == 1 ? " attempt. " : " attempts. ") + node.url() + " "
          + reason + ". " + (mayBeRecorded ? "It may have been recorded." : "Nothing was recorded.") + " The call may be repeated.";
      return new NoAnswerException(message, problem, broken.orElse(null), mayBeRecorded);
    }
  }

  private static String text(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
