package io.firstcome.client;

import java.util.Optional;

/** What firstcome decided about a command of a coupon. Every value is final. */
public sealed interface CommandResult {
  /** `result` of the answer, for example ALREADY_USED. */
  String code();

  /** True: carried out, by this command or by an earlier one with the same reference. */
  default boolean isDone() {
    return this instanceof Done;
  }

  /** The coupon after this command; of a refused one, as the refusal describes it. Empty: there is no such coupon. */
  Optional<Coupon> coupon();

  /** Carried out. */
  sealed interface Done extends CommandResult {
    Coupon commanded();

    /** Of this command in the journal. */
    Place place();

    @Override
    default Optional<Coupon> coupon() {
      return Optional.of(commanded());
    }
  }

  /** ACCEPTED: this command is carried out. */
  record Accepted(Coupon commanded, Place place) implements Done {
    @Override
    public String code() {
      return "ACCEPTED";
    }
  }

  /** UNCHANGED: a command with this reference was carried out before, and this one changed nothing. */
  record Unchanged(Coupon commanded, Place place) implements Done {
    @Override
    public String code() {
      return "UNCHANGED";
    }
  }

  /** Refused: the coupon is unchanged. */
  sealed interface NotDone extends CommandResult {
    Refusal refusal();

    @Override
    default String code() {
      return refusal().code();
    }
  }

  /** ALREADY_USED: another order has used this coupon; its reference is in the coupon. */
  record AlreadyUsed(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** RESERVED: another order holds this coupon; its reference is in the coupon. */
  record Reserved(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** CANCELLED: the coupon is cancelled permanently. */
  record Cancelled(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** EXPIRED. */
  record Expired(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** NOT_YET_VALID: before {@link Coupon#validFrom}. */
  record NotYetValid(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** NOT_RESERVED: this order holds no coupon that could be released. */
  record NotReserved(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** NOT_USED: the coupon is not used, so its use cannot be taken back. */
  record NotUsed(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** REFUSED: {@link Refusal#detail} has the reason. */
  record Refused(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}

  /** UNKNOWN_COUPON: no coupon has this sequence or code, or it belongs to another user. */
  record UnknownCoupon(Refusal refusal) implements NotDone {
    @Override
    public Optional<Coupon> coupon() {
      return Optional.empty();
    }
  }

  /** UNKNOWN_POLICY: no policy has this id. */
  record UnknownPolicy(Refusal refusal) implements NotDone {
    @Override
    public Optional<Coupon> coupon() {
      return Optional.empty();
    }
  }

  /** A refusal that this version of the client does not know. */
  record OtherRefusal(Refusal refusal, Optional<Coupon> coupon) implements NotDone {}
}
