package io.firstcome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstcome.client.testing.Proxy;
import io.firstcome.client.testing.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each decision of a real server has its type. */
@Timeout(180)
class DecisionsTest {
  @TempDir static Path folder;
  private static Server server;
  private static String admin;
  private static String key;
  private static FirstcomeClient client;

  @BeforeAll
  static void start() {
    var keys = folder.resolve("keys.toml");
    admin = Server.key(keys, "operator", "admin");
    key = Server.key(keys, "shop", "issue,read,use");
    server = Server.start(folder.resolve("data"), "--keys-file", keys.toString());
    var patient = ClientSettings.at(server.users()).withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(120));  // a busy machine
    client = FirstcomeClient.builder(patient).key(key).build();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void create(String fields) {
    server.createPolicy("{\"name\":\"P\"," + fields + "}", admin);
  }

  @Test
  void aCouponIsIssuedOnce() {
    create("\"id\":7,\"maxCount\":2,\"codes\":\"GENERATED\",\"codePrefix\":\"NOON\"");
    var first = client.issue(7, 71);
    assertThat(first).isInstanceOf(IssueResult.Issued.class);
    var coupon = first.coupon().orElseThrow();
    assertThat(coupon.sequence()).isEqualTo(1);
    assertThat(coupon.userId()).isEqualTo(71);
    assertThat(coupon.ordinal()).isEqualTo(1);
    assertThat(coupon.code().orElseThrow()).startsWith("NOON-");
    assertThat(coupon.issuedAt()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    var again = client.issue(7, 71);
    assertThat(again).isInstanceOf(IssueResult.AlreadyIssued.class);
    assertThat(again.coupon().orElseThrow().sequence()).isEqualTo(1);
    assertThat(client.outcome(coupon.ticket().orElseThrow(), Duration.ZERO)).isEqualTo(first);
    assertThat(client.issue(7, 43)).isInstanceOf(IssueResult.Issued.class);
    var late = client.issue(7, 44);
    assertThat(late).isInstanceOf(IssueResult.SoldOut.class);
    assertThat(late.code()).isEqualTo("SOLD_OUT");
    assertThat(late.coupon()).isEmpty();
    assertThat(((IssueResult.SoldOut) late).refusal().detail()).isEqualTo("Every coupon of this policy is issued.");
    assertThat(client.policy(7).orElseThrow().remaining()).isZero();
    var listed = client.couponsOf(71, coupon.ticket());
    assertThat(listed.isComplete()).isTrue();
    assertThat(listed.coupons()).singleElement().satisfies(one -> assertThat(one.code()).isEqualTo(coupon.code()));
    assertThat(client.coupon(CouponKey.ofCode(coupon.code().orElseThrow())).orElseThrow().is(CouponState.ISSUED)).isTrue();
  }

  @Test
  void eachRefusalOfARequestHasItsType() {
    var tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MILLIS);
    create("\"id\":10,\"maxCount\":5,\"issueStartsAt\":\"" + tomorrow + "\"");
    create("\"id\":11,\"maxCount\":5,\"issueEndsAt\":\"2026-01-01T00:00:00Z\"");
    create("\"id\":12,\"maxCount\":5,\"eligible\":\"LISTED\"");
    create("\"id\":13,\"maxCount\":5,\"perUserLimit\":3");
    var start = ((IssueResult.NotStarted) client.issue(10, 1)).issueStartsAt();
    assertThat(start).isEqualTo(Optional.of(tomorrow));
    assertThat(client.issue(11, 1)).isInstanceOf(IssueResult.Ended.class);
    assertThat(client.issue(12, 1)).isInstanceOf(IssueResult.NotEligible.class);
    assertThat(client.issue(99, 1)).isInstanceOf(IssueResult.UnknownPolicy.class);
    assertThat(client.issue(13, 1, 3)).isInstanceOf(IssueResult.Refused.class);
    assertThat(client.issue(13, 1)).isInstanceOf(IssueResult.Issued.class);
    assertThat(client.issue(13, 1, 2).coupon().orElseThrow().ordinal()).isEqualTo(2);
    server.post("/v1/policies/13/pause", "", admin);
    assertThat(client.issue(13, 2)).isInstanceOf(IssueResult.Paused.class);
    server.post("/v1/policies/13/close", "", admin);
    assertThat(client.issue(13, 2)).isInstanceOf(IssueResult.Closed.class);
    assertThat(client.policy(99)).isEmpty();
  }

  @Test
  void eachResultOfACommandHasItsType() {
    create("\"id\":20,\"maxCount\":5");
    var coupon = client.issue(20, 42).coupon().orElseThrow().key();
    assertThat(client.release(coupon, "order-1")).isInstanceOf(CommandResult.NotReserved.class);
    assertThat(client.restore(coupon, "order-1")).isInstanceOf(CommandResult.NotUsed.class);
    var held = client.reserve(coupon.ownedBy(42), "order-1", Duration.ofMinutes(10));
    assertThat(held).isInstanceOf(CommandResult.Accepted.class);
    assertThat(held.isDone()).isTrue();
    assertThat(held.coupon().orElseThrow().reference()).contains("order-1");
    assertThat(held.coupon().orElseThrow().heldUntil().orElseThrow())
        .isBetween(Instant.now().plus(9, ChronoUnit.MINUTES), Instant.now().plus(11, ChronoUnit.MINUTES));
    var other = client.use(coupon, "order-2");
    assertThat(other).isInstanceOf(CommandResult.Reserved.class);
    assertThat(other.coupon().orElseThrow().reference()).contains("order-1");
    assertThat(client.use(coupon, "order-1")).isInstanceOf(CommandResult.Accepted.class);
    assertThat(client.use(coupon, "order-1")).isInstanceOf(CommandResult.Unchanged.class);
    assertThat(client.use(coupon, "order-2")).isInstanceOf(CommandResult.AlreadyUsed.class);
    assertThat(client.restore(coupon, "order-1")).isInstanceOf(CommandResult.Accepted.class);
    assertThat(client.cancel(coupon, "support-1")).isInstanceOf(CommandResult.Accepted.class);
    var cancelled = client.use(coupon, "order-3");
    assertThat(cancelled).isInstanceOf(CommandResult.Cancelled.class);
    assertThat(cancelled.isDone()).isFalse();
    assertThat(client.use(coupon.ownedBy(43), "order-3")).isInstanceOf(CommandResult.UnknownCoupon.class);
    assertThat(client.use(CouponKey.of(99, 1), "order-3").isDone()).isFalse();
    assertThat(client.coupon(coupon).orElseThrow().is(CouponState.CANCELLED)).isTrue();
    assertThat(client.coupon(coupon.ownedBy(43))).isEmpty();
    assertThat(client.coupon(CouponKey.of(20, 5))).isEmpty();
  }

  @Test
  void couponsThatCannotBeUsedNowHaveTheirTypes() {
    create("\"id\":21,\"maxCount\":5,\"validFrom\":\"2100-01-01T00:00:00Z\"");
    create("\"id\":22,\"maxCount\":5,\"validUntil\":\"2026-01-01T00:00:00Z\"");
    assertThat(client.use(client.issue(21, 1).coupon().orElseThrow().key(), "o")).isInstanceOf(CommandResult.NotYetValid.class);
    assertThat(client.use(client.issue(22, 1).coupon().orElseThrow().key(), "o")).isInstanceOf(CommandResult.Expired.class);
  }

  @Test
  void aResultOfANewerServerIsKept() {
    create("\"id\":30,\"maxCount\":1");
    client.issue(30, 1);
    try (var proxy = new Proxy(server.users())) {
      proxy.rewrite(text -> text.replace("SOLD_OUT", "FULL_NOW"));
      var behind = FirstcomeClient.builder(proxy.url()).key(key).build();
      var result = behind.issue(30, 2);
      assertThat(result).isInstanceOf(IssueResult.OtherRefusal.class);
      assertThat(result.code()).isEqualTo("FULL_NOW");
      assertThat(((IssueResult.OtherRefusal) result).refusal().body()).contains("\"FULL_NOW\"");
    }
  }

  @Test
  void whatARetryCannotHelpIsAnErrorThatSaysWhy() {
    assertThatThrownBy(() -> client.withCredential("wrong").issue(7, 42)).isInstanceOf(RejectedException.class)
        .hasMessageContaining("401 UNAUTHORIZED");
    assertThatThrownBy(() -> client.issue(7, 0)).isInstanceOf(RejectedException.class).hasMessageContaining("422 INVALID: userId");
    assertThatThrownBy(() -> client.outcome("no-ticket", Duration.ZERO)).isInstanceOf(RejectedException.class);
    try (var proxy = new Proxy(server.users())) {
      proxy.rewrite(text -> "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>");
      assertThatThrownBy(() -> FirstcomeClient.builder(proxy.url()).build().issue(7, 42)).isInstanceOf(RejectedException.class)
          .hasMessageContaining("no answer of firstcome");
    }
  }

  @Test
  void everyResultOfTheDocumentIsKnown() throws IOException {
    var document = new ObjectMapper().readTree(server.get("/openapi.json", key));
    var named = new TreeSet<String>();
    collect(document, named);
    assertThat(named).hasSizeGreaterThan(30);
    for (var one : named) assertThat(ResultCode.of(one)).as(one).isPresent();
    for (var one : ResultCode.values()) assertThat(named).contains(one.name());
    var issue = document.at("/paths/~1v1~1policies~1{policyId}~1coupons/post/responses");
    for (var one : resultsOf(document, issue, Set.of("200", "201", "202", "409"))) {
      assertThat(Results.issue(example(document, issue, one))).as(one).isNotInstanceOf(IssueResult.OtherRefusal.class);
    }
    var use = document.at("/paths/~1v1~1policies~1{policyId}~1coupons~1{sequence}~1use/post/responses");
    for (var one : resultsOf(document, use, Set.of("200", "404", "409"))) {
      if (one.equals("NOT_FOUND")) continue;
      assertThat(Results.command(example(document, use, one))).as(one).isNotInstanceOf(CommandResult.OtherRefusal.class);
    }
  }

  /** Every value of `result` in a schema. */
  private static void collect(JsonNode node, Set<String> named) {
    node.path("properties").path("result").path("enum").forEach(one -> named.add(one.asText()));
    node.forEach(child -> collect(child, named));
  }

  private static JsonNode response(JsonNode document, JsonNode responses, String status) {
    var response = responses.path(status);
    return response.has("$ref") ? document.at(response.path("$ref").asText().substring(1)) : response;
  }

  private static Set<String> resultsOf(JsonNode document, JsonNode responses, Set<String> statuses) {
    var named = new TreeSet<String>();
    for (var status : statuses) collectExamples(response(document, responses, status), named);
    assertThat(named).isNotEmpty();
    return named;
  }

  private static void collectExamples(JsonNode node, Set<String> named) {
    node.path("examples").forEach(example -> named.add(example.path("value").path("result").asText()));
    node.forEach(child -> collectExamples(child, named));
  }

  private static Answered example(JsonNode document, JsonNode responses, String result) {
    for (var status : Set.of("200", "201", "202", "404", "409")) {
      for (var content : response(document, responses, status).path("content")) {
        for (var example : content.path("examples")) {
          var value = example.path("value");
          if (value.path("result").asText().equals(result)) {
            return Answered.of(new HttpTransport.Answer(Integer.parseInt(status), Optional.empty(), value.toString()));
          }
        }
      }
    }
    throw new AssertionError("no example of " + result);
  }
}
