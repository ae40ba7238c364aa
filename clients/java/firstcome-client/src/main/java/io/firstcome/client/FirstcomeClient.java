package io.firstcome.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Calls firstcome. Immutable; any number of threads may use one client, also virtual threads: a call blocks its thread and holds no lock
 * while it waits.
 *
 * <p>All calls may be repeated without harm, so the client repeats them itself: after a broken connection, a timeout, 429, 502, 503 and
 * 504, with random pauses, until the total time of the {@link ClientSettings} is over. Then it throws {@link NoAnswerException}. It throws
 * {@link RejectedException} if a retry cannot help, for example because the key is wrong.
 *
 * <pre>{@code
 * var firstcome = FirstcomeClient.builder(URI.create("http://127.0.0.1:8080")).key(key).build();
 * var result = firstcome.issue(7, 42);
 * if (result instanceof IssueResult.Issued won) return won.issued().sequence();
 * }</pre>
 */
public interface FirstcomeClient {
  /** A client with the JDK's HTTP client. */
  static FirstcomeClientBuilder builder(URI... urls) {
    return new FirstcomeClientBuilder(ClientSettings.at(urls));
  }

  static FirstcomeClientBuilder builder(ClientSettings settings) {
    return new FirstcomeClientBuilder(settings);
  }

  // --- requests for coupons: scope `issue`

  /**
   * Requests a coupon for a user. Waits for the decision; if there is none within the total time, the result is
   * {@link IssueResult.Pending}. To wait for a decision that a node does not have after the settings' `decisionWait`, the key also needs scope
   * `read`. No user gets two coupons, however often this is called.
   */
  default IssueResult issue(long policyId, long userId) {
    return issue(policyId, userId, 1);
  }

  /** The same for the user's coupon with this ordinal, in a policy with a perUserLimit above 1. */
  IssueResult issue(long policyId, long userId, int ordinal);

  /**
   * Records a request for a coupon without waiting for the decision: {@link IssueResult.Pending}, or a decision that the node can give
   * early. {@link #outcome} returns the decision.
   */
  IssueResult submit(long policyId, long userId, int ordinal);

  // --- reading: scope `read`

  /**
   * The decision of a ticket, which never changes. {@link IssueResult.Pending}: there is none within this time; zero asks once. Throws
   * {@link RejectedException} with result GONE if the ticket belongs to a refusal that is no longer stored.
   */
  IssueResult outcome(String ticket, Duration atMost);

  /** Empty: no policy has this id. */
  Optional<Policy> policy(long policyId);

  /** Empty: there is no such coupon, or it belongs to another user than the one of {@link CouponKey#ownedBy}. */
  Optional<Coupon> coupon(CouponKey coupon);

  /** All coupons of a user. */
  default UserCoupons couponsOf(long userId) {
    return couponsOf(userId, Optional.empty());
  }

  /** The same, once the node that answers has decided the request of this ticket, so that its coupon is in the list. */
  UserCoupons couponsOf(long userId, Optional<String> after);

  // --- commands of coupons: scope `use`. A command is identified by (coupon, command, reference); a repeat is UNCHANGED.

  /** Holds a coupon for an order. With the reference that holds it, the hold is extended. */
  CommandResult reserve(CouponKey coupon, String reference, Duration holdFor);

  /** Uses a coupon for an order. */
  CommandResult use(CouponKey coupon, String reference);

  /** Ends the hold of an order. */
  CommandResult release(CouponKey coupon, String reference);

  /** Takes back the use by an order. `reference` is that of the use. */
  CommandResult restore(CouponKey coupon, String reference);

  /** Cancels a coupon permanently. */
  CommandResult cancel(CouponKey coupon, String reference);

  // ---

  /** Asks every node once, whether it can answer now. Needs no key. */
  List<NodeReadiness> readiness();

  /** The same client with another key, or with the token of a user. */
  FirstcomeClient withCredential(String keyOrToken);
}
