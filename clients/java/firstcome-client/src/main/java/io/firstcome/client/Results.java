package io.firstcome.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Answers as types. */
final class Results {
  private Results() {}

  static IssueResult issue(Answered answered) {
    var json = answered.json();
    var refusal = refusal(answered);
    return switch (refusal.code()) {
      case "SUCCESS" -> new IssueResult.Issued(issued(json));
      case "ALREADY_ISSUED" -> new IssueResult.AlreadyIssued(issued(json));
      case "PENDING" -> new IssueResult.Pending(
          Json.integer(json, "policyId"), Json.integer(json, "userId"), Json.requiredText(json, "ticket"));
      case "SOLD_OUT" -> new IssueResult.SoldOut(refusal);
      case "NOT_STARTED" -> new IssueResult.NotStarted(refusal, Json.time(json, "issueStartsAt"));
      case "ENDED" -> new IssueResult.Ended(refusal);
      case "PAUSED" -> new IssueResult.Paused(refusal);
      case "CLOSED" -> new IssueResult.Closed(refusal);
      case "NOT_ELIGIBLE" -> new IssueResult.NotEligible(refusal);
      case "UNKNOWN_POLICY" -> new IssueResult.UnknownPolicy(refusal);
      case "REFUSED" -> new IssueResult.Refused(refusal);
      default -> new IssueResult.OtherRefusal(refusal);
    };
  }

  static CommandResult command(Answered answered) {
    var json = answered.json();
    var refusal = refusal(answered);
    Optional<Coupon> coupon = json.has("state") ? Optional.of(coupon(json)) : Optional.empty();
    return switch (refusal.code()) {
      case "ACCEPTED" -> new CommandResult.Accepted(coupon(json), place(json.path("place")));
      case "UNCHANGED" -> new CommandResult.Unchanged(coupon(json), place(json.path("place")));
      case "ALREADY_USED" -> new CommandResult.AlreadyUsed(refusal, coupon);
      case "RESERVED" -> new CommandResult.Reserved(refusal, coupon);
      case "CANCELLED" -> new CommandResult.Cancelled(refusal, coupon);
      case "EXPIRED" -> new CommandResult.Expired(refusal, coupon);
      case "NOT_YET_VALID" -> new CommandResult.NotYetValid(refusal, coupon);
      case "NOT_RESERVED" -> new CommandResult.NotReserved(refusal, coupon);
      case "NOT_USED" -> new CommandResult.NotUsed(refusal, coupon);
      case "REFUSED" -> new CommandResult.Refused(refusal, coupon);
      case "UNKNOWN_COUPON" -> new CommandResult.UnknownCoupon(refusal);
      case "UNKNOWN_POLICY" -> new CommandResult.UnknownPolicy(refusal);
      default -> new CommandResult.OtherRefusal(refusal, coupon);
    };
  }

  static Coupon coupon(JsonNode json) {
    return new Coupon(Json.integer(json, "policyId"), Json.integer(json, "sequence"), Json.integer(json, "userId"), Json.ordinal(json),
        Json.requiredText(json, "state"), Json.text(json, "reference"), Json.time(json, "heldUntil"),
        Json.requiredTime(json, "issuedAt"), Json.time(json, "validFrom"), Json.time(json, "expiresAt"), Json.text(json, "code"),
        json.has("asOf") ? Optional.of(place(json.path("asOf"))) : Optional.empty());
  }

  static Policy policy(JsonNode json) {
    return new Policy(Json.integer(json, "id"), Json.requiredText(json, "name"), Json.integer(json, "maxCount"),
        Json.integer(json, "issuedCount"), Json.integer(json, "remaining"), (int) Json.integer(json, "perUserLimit"),
        Json.requiredText(json, "state"), Json.time(json, "issueStartsAt"), Json.time(json, "issueEndsAt"),
        Json.time(json, "validFrom"), Json.time(json, "validUntil"), Json.integer(json, "revision"), Json.requiredTime(json, "now"));
  }

  /** Of the list of a user. */
  static IssuedCoupon listed(JsonNode json, long userId) {
    return new IssuedCoupon(Json.integer(json, "policyId"), userId, Json.ordinal(json), Json.integer(json, "sequence"),
        Json.requiredTime(json, "issuedAt"), Json.text(json, "code"), Optional.empty());
  }

  private static IssuedCoupon issued(JsonNode json) {
    return new IssuedCoupon(Json.integer(json, "policyId"), Json.integer(json, "userId"), Json.ordinal(json),
        Json.integer(json, "sequence"), Json.requiredTime(json, "issuedAt"), Json.text(json, "code"), Json.text(json, "ticket"));
  }

  private static Refusal refusal(Answered answered) {
    var json = answered.json();
    return new Refusal(Json.requiredText(json, "result"), json.path("detail").asText(""), Json.text(json, "ticket"), answered.body());
  }

  private static Place place(JsonNode json) {
    return new Place((int) Json.integer(json, "partition"), Json.integer(json, "offset"), Json.time(json, "at"));
  }
}
