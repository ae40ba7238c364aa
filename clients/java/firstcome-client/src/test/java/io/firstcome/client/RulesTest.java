package io.firstcome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client decides without a server. */
class RulesTest {
  private static final URI A = URI.create("http://a:1");
  private static final URI B = URI.create("http://b:1");
  private static final URI C = URI.create("http://c:1");

  @ParameterizedTest
  @CsvSource({
    "201, SUCCESS, FINAL", "200, ALREADY_ISSUED, FINAL", "202, PENDING, FINAL", "200, , FINAL", "409, SOLD_OUT, FINAL",
    "409, OF_A_NEWER_SERVER, FINAL", "404, UNKNOWN_POLICY, FINAL", "404, UNKNOWN_COUPON, FINAL",
    "503, UNAVAILABLE, ELSEWHERE", "502, , ELSEWHERE", "503, , ELSEWHERE", "504, , ELSEWHERE",
    "503, OVERLOADED, LATER", "503, OUTCOME_UNKNOWN, LATER", "503, OF_A_NEWER_SERVER, LATER", "429, TOO_MANY_REQUESTS, LATER",
    "408, REQUEST_TIMEOUT, LATER",
    "404, NOT_FOUND, REJECTED", "404, , REJECTED", "409, , REJECTED", "401, UNAUTHORIZED, REJECTED", "403, FORBIDDEN, REJECTED",
    "422, INVALID, REJECTED", "410, GONE, REJECTED", "400, BAD_REQUEST, REJECTED", "301, , REJECTED", "500, , REJECTED"})
  void onlyAnswersThatSayItIsSafeAreRetried(int status, String result, Verdict verdict) {
    assertThat(Verdict.of(status, Optional.ofNullable(result), true)).isEqualTo(verdict);
  }

  @Test
  void aPageThatIsNotJsonIsNoDecision() {
    assertThat(Verdict.of(200, Optional.empty(), false)).isEqualTo(Verdict.REJECTED);
  }

  @Test
  void aPauseIsARandomPartOfATimeThatDoubles() {
    var settings = ClientSettings.at(A).withRetries(10, Duration.ofMillis(100), Duration.ofMillis(350));
    var pauses = new Pauses(settings, new Random(7));
    int[] most = {100, 200, 350, 350};
    for (int retry = 1; retry <= most.length; ++retry) {
      int number = retry;
      var drawn = java.util.stream.IntStream.range(0, 200).mapToObj(i -> pauses.before(number, Optional.empty())).sorted().toList();
      assertThat(drawn.get(199)).isLessThanOrEqualTo(Duration.ofMillis(most[retry - 1]));
      assertThat(drawn.get(199)).isGreaterThan(Duration.ofMillis(most[retry - 1] * 9 / 10));
      assertThat(drawn.get(0)).isLessThan(Duration.ofMillis(most[retry - 1] / 10));
    }
  }

  @Test
  void theTimeThatANodeAsksForIsTheShortestPause() {
    var pauses = new Pauses(ClientSettings.at(A), new Random(7));
    assertThat(pauses.before(1, Optional.of("3"))).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3_050));
    assertThat(pauses.before(1, Optional.of("Wed, 21 Oct 2026 07:28:00 GMT"))).isLessThanOrEqualTo(Duration.ofMillis(50));
  }

  @Test
  void nodesTakeTurnsAndOneThatDoesNotAnswerRests() {
    var nodes = new Nodes(List.of(A, B, C));
    assertThat(List.of(nodes.next(Set.of()).url(), nodes.next(Set.of()).url(), nodes.next(Set.of()).url())).containsExactly(A, B, C);
    var broken = nodes.all().get(1);
    broken.failed();
    for (int i = 0; i < 6; ++i) assertThat(nodes.next(Set.of())).isNotSameAs(broken);
    broken.answered();
    assertThat(List.of(nodes.next(Set.of()).url(), nodes.next(Set.of()).url(), nodes.next(Set.of()).url())).contains(B);
  }

  @Test
  void aRetryChoosesANodeThatHasNotBeenTried() {
    var nodes = new Nodes(List.of(A, B));
    nodes.all().get(1).failed();
    assertThat(nodes.next(Set.of(nodes.all().get(0))).url()).isEqualTo(B);
    assertThat(nodes.next(Set.copyOf(nodes.all()))).isNotNull();
  }

  @Test
  void aCodeIsEscapedInThePath() {
    assertThat(CouponKey.ofCode("A/B ?+").path()).isEqualTo("/v1/coupons/A%2FB%20%3F%2B");
    assertThat(CouponKey.of(7, 17).ownedBy(42).path()).isEqualTo("/v1/policies/7/coupons/17");
  }

  @Test
  void wrongSettingsSayWhatIsWrong() {
    assertThatThrownBy(() -> ClientSettings.at()).hasMessageContaining("give at least one URL");
    assertThatThrownBy(() -> ClientSettings.at(URI.create("localhost:8080"))).hasMessageContaining("give http://HOST:PORT");
    assertThatThrownBy(() -> ClientSettings.at(URI.create("http://key@a:1"))).hasMessageContaining("give the key as a setting")
        .hasMessageNotContaining("key@");
    assertThatThrownBy(() -> ClientSettings.at(A).withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(9)))
        .hasMessageContaining("ends before the node answers");
    assertThatThrownBy(() -> ClientSettings.at(A).withTimeouts(Duration.ofSeconds(9), Duration.ofSeconds(8)))
        .hasMessageContaining("shorter");
    assertThat(ClientSettings.at(URI.create("http://a:1/coupons/")).urls()).containsExactly(URI.create("http://a:1/coupons"));
  }
}
