package shop.orders;

import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.IssueResult;
import io.firstcome.client.IssuedCoupon;
import io.firstcome.client.NoAnswerException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The button of a campaign's page: the first users who press it get a coupon. */
@RestController
public class CouponButton {
  public record Press(long userId) {}

  public record Pressed(String result, Long sequence, String message) {}

  private final FirstcomeClient firstcome;

  public CouponButton(FirstcomeClient firstcome) {
    this.firstcome = firstcome;
  }

  @PostMapping("/campaigns/{policyId}/coupon")
  Pressed press(@PathVariable long policyId, @RequestBody Press press) {
    var result = firstcome.issue(policyId, press.userId());
    return new Pressed(result.code(), result.coupon().map(IssuedCoupon::sequence).orElse(null), message(result));
  }

  private static String message(IssueResult result) {
    if (result.coupon().isPresent()) return "The coupon is yours.";
    if (result instanceof IssueResult.SoldOut) return "All coupons are gone.";
    if (result instanceof IssueResult.NotStarted early) return "It starts at " + early.issueStartsAt().orElse(null) + ".";
    if (result instanceof IssueResult.Pending) return "We have your request. The coupon appears in your wallet if you were in time.";
    return "There is no coupon for you in this campaign.";
  }

  /** To press again is safe: no one gets two coupons, and the place in the order of an earlier press is kept. */
  @ExceptionHandler
  @ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
  Pressed noAnswer(NoAnswerException e) {
    return new Pressed("NO_ANSWER", null, "Please press again.");
  }
}
