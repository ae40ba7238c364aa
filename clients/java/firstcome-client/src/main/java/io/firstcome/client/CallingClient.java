package io.firstcome.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Paths and bodies of the calls. */
final class CallingClient implements FirstcomeClient {
  private static final Duration READINESS_TIMEOUT = Duration.ofSeconds(2);

  private final ClientSettings settings;
  private final Caller caller;

  CallingClient(ClientSettings settings, Caller caller) {
    this.settings = settings;
    this.caller = caller;
  }

  @Override
  public IssueResult issue(long policyId, long userId, int ordinal) {
    var deadline = total();
    var result = Results.issue(caller.call(request("issue", policyId, userId, ordinal, wait(settings.decisionWait())), deadline));
    return result instanceof IssueResult.Pending pending ? decided(pending, deadline) : result;
  }

  @Override
  public IssueResult submit(long policyId, long userId, int ordinal) {
    return Results.issue(caller.call(request("submit", policyId, userId, ordinal, "respond-async"), total()));
  }

  @Override
  public IssueResult outcome(String ticket, Duration atMost) {
    var first = ask(ticket, Deadline.in(atMost), total());
    return first instanceof IssueResult.Pending pending && !atMost.isZero() ? decided(pending, Deadline.in(atMost)) : first;
  }

  @Override
  public Optional<Policy> policy(long policyId) {
    try {
      return Optional.of(Results.policy(caller.call(Call.get("policy", "/v1/policies/" + policyId), total()).json()));
    } catch (RejectedException e) {
      if (e.problem().flatMap(Problem::result).filter("NOT_FOUND"::equals).isPresent()) return Optional.empty();
      throw e;
    }
  }

  @Override
  public Optional<Coupon> coupon(CouponKey coupon) {
    return found(caller.call(Call.get("coupon", coupon.path()), total())).map(answered -> Results.coupon(answered.json()))
        .filter(one -> coupon.userId().isEmpty() || coupon.userId().getAsLong() == one.userId());
  }

  @Override
  public UserCoupons couponsOf(long userId, Optional<String> after) {
    var deadline = total();
    var coupons = new ArrayList<IssuedCoupon>();
    var missing = new ArrayList<Integer>();
    Optional<String> cursor = Optional.empty();
    do {
      var path = new StringBuilder("/v1/users/" + userId + "/coupons?wait=" + settings.decisionWait().toSeconds());
      after.ifPresent(ticket -> path.append("&after=").append(encoded(ticket)));
      cursor.ifPresent(next -> path.append("&cursor=").append(encoded(next)));
      var json = caller.call(Call.get("user-coupons", path.toString()), deadline).json();
      json.path("coupons").forEach(one -> coupons.add(Results.listed(one, userId)));
      Json.integers(json, "unavailablePartitions").stream().filter(one -> !missing.contains(one)).forEach(missing::add);
      cursor = Json.text(json, "nextCursor");
    } while (cursor.isPresent());
    return new UserCoupons(userId, List.copyOf(coupons), List.copyOf(missing));
  }

  @Override
  public CommandResult reserve(CouponKey coupon, String reference, Duration holdFor) {
    return command(coupon, "reserve", reference, Optional.of(holdFor));
  }

  @Override
  public CommandResult use(CouponKey coupon, String reference) {
    return command(coupon, "use", reference, Optional.empty());
  }

  @Override
  public CommandResult release(CouponKey coupon, String reference) {
    return command(coupon, "release", reference, Optional.empty());
  }

  @Override
  public CommandResult restore(CouponKey coupon, String reference) {
    return command(coupon, "restore", reference, Optional.empty());
  }

  @Override
  public CommandResult cancel(CouponKey coupon, String reference) {
    return command(coupon, "cancel", reference, Optional.empty());
  }

  @Override
  public List<NodeReadiness> readiness() {
    return caller.urls().stream().map(this::readinessOf).toList();
  }

  @Override
  public FirstcomeClient withCredential(String keyOrToken) {
    return new CallingClient(settings, caller.with(() -> keyOrToken));
  }

  private Deadline total() {
    return Deadline.in(settings.totalTimeout());
  }

  private static Call request(String name, long policyId, long userId, int ordinal, String prefer) {
    var body = Json.object().put("userId", userId);
    if (ordinal != 1) body.put("ordinal", ordinal);
    return Call.post(name, "/v1/policies/" + policyId + "/coupons", body.toString(), prefer);
  }

  private CommandResult command(CouponKey coupon, String command, String reference, Optional<Duration> holdFor) {
    var body = Json.object().put("reference", reference);
    coupon.userId().ifPresent(user -> body.put("userId", user));
    holdFor.ifPresent(time -> body.put("holdFor", "PT%d.%03dS".formatted(time.toSeconds(), time.toMillisPart())));
    var call = Call.post(command, coupon.path() + "/" + command, body.toString(), wait(settings.decisionWait()));
    return Results.command(caller.call(call, total()));
  }

  /** Asks for the decision until there is one, or the time is over. It is recorded, so there will be one. */
  private IssueResult decided(IssueResult.Pending pending, Deadline deadline) {
    for (int poll = 1;; ++poll) {
      // A node may have less patience than it is asked for (--wait-most).
      var pause = caller.pauses().before(poll, Optional.empty());
      if (deadline.left().compareTo(pause) <= 0) return pending;
      try {
        Thread.sleep(pause.toMillis(), pause.toNanosPart() % 1_000_000);
        var result = ask(pending.ticket(), deadline, deadline);
        if (!(result instanceof IssueResult.Pending)) return result;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return pending;
      } catch (NoAnswerException e) {
        return pending;
      }
    }
  }

  private IssueResult ask(String ticket, Deadline patience, Deadline deadline) {
    var wait = patience.left().compareTo(settings.decisionWait()) < 0 ? patience.left() : settings.decisionWait();
    return Results.issue(caller.call(Call.get("outcome", "/v1/requests/" + encoded(ticket) + "?wait=" + wait.toSeconds()), deadline));
  }

  private NodeReadiness readinessOf(URI node) {
    try {
      var answered = caller.ask(Call.get("readiness", "/readyz"), node, READINESS_TIMEOUT);
      var json = answered.json();
      var reason = Json.text(json, "reason").or(() -> Json.text(json, "warning"));
      if (answered.status() == 200) return new NodeReadiness(node, json.path("ready").asBoolean(), reason);
      return new NodeReadiness(node, false, reason.or(() -> Optional.of("status " + answered.status())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new NodeReadiness(node, false, Optional.of("interrupted"));
    } catch (IOException e) {
      return new NodeReadiness(node, false, Optional.of("no answer: " + e.getClass().getSimpleName()));
    }
  }

  /** Empty: 404, with a result that says what is missing. */
  private static Optional<Answered> found(Answered answered) {
    return Optional.of(answered).filter(one -> one.status() == 200);
  }

  private static String wait(Duration time) {
    return "wait=" + time.toSeconds();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
