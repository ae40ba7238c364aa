#include "check/judge.h"

#include "test/kits/check/check_fixture.h"

#include <gmock/gmock.h>

/// C6 and C7: each test adds one violation to a correct run and names the evidence that must show it.
namespace firstcome::check {
namespace {

using Kind = PolicyCommand::Kind;

// --- C6: first come, first served

TEST_F(CheckFixture, ALaterRequestAtALowerOffsetIsFound) {
  line(2).sent = Moment{milliseconds{26}};
  line(2).answered = Moment{milliseconds{28}};
  expect_found(
      Invariant::C6,
      "user 1 (line 2): is at partition 0, offset 1, but partition 0, offset 2 was reported before this "
      "request was sent (line 3)");
}

TEST_F(CheckFixture, ALowerSequenceOfALaterRequestIsFound) {
  line(2) = press(1, 33, 36).decided(Code::Success, 4).coupon(1);
  line(6).sent = Moment{milliseconds{75}};
  expect_found(
      Invariant::C6,
      "user 1 (line 2): got sequence 1, but sequence 2 was reported before this request was sent (line 4)");
}

TEST_F(CheckFixture, AWinnerAfterALoserIsFound) {
  line(5) = press(3, 7, 9).decided(Code::SoldOut, 3);
  expect_found(Invariant::C6,
               "user 1 (line 2): got SUCCESS, but user 3 got SOLD_OUT before this request was sent (line 5)");
}

TEST_F(CheckFixture, ATicketOfALoserAfterARaisedStockIsNoViolation) {
  add(command(Kind::Change, 60, 65, 3, 2));
  line(9) = press(6, 55, 58).early(Code::SoldOut, 5);
  add(ask_ticket(3, 100, 101).decided(Code::SoldOut, 3));
  add(press(9, 110, 120).decided(Code::Success, 6).coupon(3));
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

/// User 3 asks again after the raise, and gets the ticket of the first request.
TEST_F(CheckFixture, ALoserThatJoinedARequestBeforeARaisedStockIsNoViolation) {
  add(command(Kind::Change, 60, 65, 3, 2));
  line(5) = press(3, 40, 50).pending(3);
  line(9) = press(6, 55, 58).early(Code::SoldOut, 5);
  add(press(3, 66, 70).pending(3));
  add(ask_ticket(3, 100, 101).decided(Code::SoldOut, 3));
  add(press(9, 110, 120).decided(Code::Success, 6).coupon(3));
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, AWinnerAfterAnEarlyRefusalIsFound) {
  line(9) = press(6, 7, 9).early(Code::SoldOut, 1);
  expect_found(Invariant::C6,
               "user 1 (line 2): got SUCCESS, but user 6 got SOLD_OUT before this request was sent");
}

TEST_F(CheckFixture, AWinnerAtAHigherOffsetThanALoserIsFound) {
  line(5) = press(3, 11, 50).decided(Code::SoldOut, 1);
  line(2).offset = 2;
  line(3).offset = line(4).offset = 3;
  expect_found(
      Invariant::C6,
      "got SUCCESS at partition 0, offset 2, but user 3 got SOLD_OUT at partition 0, offset 1 (line 5)");
}

TEST_F(CheckFixture, AStaleEarlyRefusalIsFound) {
  line(9) = press(6, 1'100, 1'110).early(Code::SoldOut, 3);  // offset 3 was answered at 50
  expect_found(Invariant::C6, "user 6 (line 9): refused early with SOLD_OUT as of partition 0, offset 3");
  evidence.max_staleness = milliseconds{1'200};
  EXPECT_TRUE(judge_with(kBoth).clean()) << as_table(judge_with(kBoth));
}

TEST_F(CheckFixture, AnEarlyRefusalThatIsWrongAtItsPlaceIsFound) {
  line(9).offset = 2;
  expect_found(Invariant::C6,
               "refused early with SOLD_OUT as of partition 0, offset 2, but the journal has SUCCESS there",
               {kBoth});
}

/// Policy 7 has a coupon left until offset 2.
TEST_F(CheckFixture, AnEarlyRepeatWhileThePolicyIssuesIsNoViolation) {
  add(press(1, 22, 24).early(Code::AlreadyIssued, 2).coupon(1));
  expect_clean();
}

TEST_F(CheckFixture, AnEarlyRepeatAsOfAPlaceBeforeItsCouponIsFound) {
  add(press(1, 22, 24).early(Code::AlreadyIssued, 1).coupon(1));
  expect_found(Invariant::C6, "user 1 (line 10): got ALREADY_ISSUED as of partition 0, offset 1, but ");
  expect_found(Invariant::C6, "the coupon was issued at partition 0, offset 1 (line 2)");
  expect_found(Invariant::C6, "ALREADY_ISSUED as of partition 0, offset 1, but the journal has SUCCESS there",
               {kBoth});
}

TEST_F(CheckFixture, AnEarlyRepeatBeforeTheStoredCouponIsFound) {
  line(2).response = ResponseKind::Unknown;  // no row has the place of the SUCCESS
  line(2).place_kind = PlaceKind::None;
  add(press(1, 22, 24).early(Code::AlreadyIssued, 1).coupon(1));
  expect_found(Invariant::C6, "got ALREADY_ISSUED as of partition 0, offset 1, but the store has ",
               {kStore, kBoth});
}

TEST_F(CheckFixture, ARequestThatJoinedOneUnderWayMayShareItsTicket) {
  add(press(2, 24, 27).pending(2));
  line(6) = press(2, 26, 60).pending(2);
  expect_clean();
}

/// User 2 sent line 3 before user 1 was answered, and asked again when the connection broke.
TEST_F(CheckFixture, ARequestThatJoinedOneWithAnUnknownOutcomeMayHaveItsPlace) {
  line(3).response = ResponseKind::Unknown;
  line(3).place_kind = PlaceKind::None;
  line(5) = press(3, 26, 28).decided(Code::SoldOut, 3);
  line(6) = press(2, 29, 60).pending(2);
  expect_clean();
  line(3).policy = PolicyId{8};
  expect_found(Invariant::C6,
               "user 2 (line 6): is at partition 0, offset 2, but partition 0, offset 3 was reported before");
}

TEST_F(CheckFixture, UnknownPolicyAfterThePolicyWasKnownIsFound) {
  add(press(9, 100, 110).decided(Code::UnknownPolicy, 8));
  expect_found(Invariant::C6, "got UNKNOWN_POLICY, but an earlier response shows that the policy exists");
}

TEST_F(CheckFixture, SoldOutAfterThePolicyWasClosedIsFound) {
  add(command(Kind::Close, 100, 110, 2, 2));
  add(press(9, 120, 130).decided(Code::SoldOut, 8));
  expect_found(Invariant::C6, "policy 7, user 9 (line 11): got SOLD_OUT, but the policy was closed before");
}

// --- C7: answers never change

TEST_F(CheckFixture, ATicketWhoseAnswerChangesIsFound) {
  add(ask_ticket(3, 200, 201).decided(Code::Success, 3).coupon(2));
  expect_found(Invariant::C7, "user 3 (line 10): got SUCCESS 2, but the same ticket gave SOLD_OUT (line 5)");
}

TEST_F(CheckFixture, AWinnerWhoIsRefusedLaterIsFound) {
  add(press(1, 100, 110).decided(Code::SoldOut, 8));
  expect_found(Invariant::C7,
               "user 1 (line 10): got SOLD_OUT, but this user already owned coupon 1 (line 2)");
}

TEST_F(CheckFixture, AWinnerMayGetClosed) {
  add(command(Kind::Close, 100, 110, 2, 2));
  add(press(1, 120, 130).decided(Code::Closed, 6));
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, ADifferentIssueTimeIsFound) {
  line(6).issued_at += milliseconds{1};
  expect_found(Invariant::C7, "policy 7: user 1 got two issue times (lines 2, 6)");
}

TEST_F(CheckFixture, ASequenceThatDiffersFromTheStoredOneIsFound) {
  line(4).sequence = 1;
  line(2).sequence = line(6).sequence = 2;
  expect_found(Invariant::C7, "user 1 (line 2): got coupon 2, but the store has coupon 1", {kStore, kBoth});
  expect_found(Invariant::C7, "user 1 (line 2): got sequence 2, but the journal has 1", {kBoth});
}

TEST_F(CheckFixture, ACodeThatDiffersFromTheStoredOneIsFound) {
  line(5).code = Code::Paused;
  expect_found(Invariant::C7, "got PAUSED at partition 0, offset 3, but the store has SOLD_OUT", {kStore});
  expect_found(Invariant::C7, "got PAUSED at partition 0, offset 3, but the journal has SOLD_OUT", {kBoth});
}

TEST_F(CheckFixture, ATwiceReportedSuccessIsFoundAlsoAtOnePlace) {
  add(press(1, 15, 20).decided(Code::Success, 1).coupon(1));
  expect_found(Invariant::C7,
               "user 1 (line 10): got the ticket of partition 0, offset 1, as another caller did (line 2)");
  expect_found(Invariant::C2, "policy 7: user 1 got SUCCESS twice");
}

TEST_F(CheckFixture, ATicketOfADecidedRequestGivenToALaterOneIsFound) {
  add(press(1, 21, 23).pending(1));
  expect_found(Invariant::C7,
               "user 1 (line 10): got the ticket of partition 0, offset 1, as another caller did (line 2)");
}

TEST_F(CheckFixture, OnePlaceGivenToTwoCallersIsFound) {
  line(5).offset = 2;
  expect_found(Invariant::C7,
               "user 2 (line 3): got the ticket of partition 0, offset 2, as another caller did (line 5)");
}

TEST_F(CheckFixture, AnInternalCodeInAResponseIsFound) {
  line(5).code = Code::Forwarded;
  expect_found(Invariant::C7, "got FORWARDED, which is never returned to a caller");
}

TEST_F(CheckFixture, AnAnswerWithoutATicketIsFound) {
  line(5).place_kind = PlaceKind::None;
  expect_found(Invariant::C7, "user 3 (line 5): got SOLD_OUT without a ticket or asOf");
}

TEST_F(CheckFixture, TheTicketOfAnotherRequestIsFound) {
  line(5).ticket_of_another = true;
  expect_found(Invariant::C7, "user 3 (line 5): got the ticket of another request");
}

}  // namespace
}  // namespace firstcome::check
