package io.firstcome.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What firstcome decided about a request for a coupon. All but {@link Pending} are final. {@link NotIssued} is final as of the time of the
 * request: a user whom NOT_STARTED refused may ask again.
 */
public sealed interface IssueResult {
  /** `result` of the answer, for example SOLD_OUT. */
  String code();

  /** The user's coupon, of this request or of an earlier one. */
  default Optional<IssuedCoupon> coupon() {
    return Optional.empty();
  }

  /** SUCCESS: this request got a coupon. */
  record Issued(IssuedCoupon issued) implements IssueResult {
    @Override
    public String code() {
      return "SUCCESS";
    }

    @Override
    public Optional<IssuedCoupon> coupon() {
      return Optional.of(issued);
    }
  }

  /**
   * ALREADY_ISSUED: the user has this coupon already. It is also the answer if an earlier attempt of the same call got the coupon and its
   * answer was lost.
   */
  record AlreadyIssued(IssuedCoupon issued) implements IssueResult {
    @Override
    public String code() {
      return "ALREADY_ISSUED";
    }

    @Override
    public Optional<IssuedCoupon> coupon() {
      return Optional.of(issued);
    }
  }

  /** PENDING: recorded, so it will be decided. {@link FirstcomeClient#outcome} returns the decision later. */
  record Pending(long policyId, long userId, String ticket) implements IssueResult {
    @Override
    public String code() {
      return "PENDING";
    }
  }

  /** No coupon for this user. */
  sealed interface NotIssued extends IssueResult {
    Refusal refusal();

    @Override
    default String code() {
      return refusal().code();
    }
  }

  /** SOLD_OUT: every coupon of the policy is issued. */
  record SoldOut(Refusal refusal) implements NotIssued {}

  /** NOT_STARTED. `issueStartsAt` is absent if the policy's start was not known to the node that answered. */
  record NotStarted(Refusal refusal, Optional<Instant> issueStartsAt) implements NotIssued {}

  /** ENDED: issuing has ended. */
  record Ended(Refusal refusal) implements NotIssued {}

  /** PAUSED: an operator has paused issuing. */
  record Paused(Refusal refusal) implements NotIssued {}

  /** CLOSED: the policy is closed permanently. */
  record Closed(Refusal refusal) implements NotIssued {}

  /** NOT_ELIGIBLE: the policy has a list of users, and this user is not on it. */
  record NotEligible(Refusal refusal) implements NotIssued {}

  /** UNKNOWN_POLICY: no policy has this id. */
  record UnknownPolicy(Refusal refusal) implements NotIssued {}

  /** REFUSED: only with an ordinal; {@link Refusal#detail} has the reason. */
  record Refused(Refusal refusal) implements NotIssued {}

  /** A refusal that this version of the client does not know. */
  record OtherRefusal(Refusal refusal) implements NotIssued {}
}
