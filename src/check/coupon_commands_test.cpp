#include "test/kits/check/check_fixture.h"

/// C11: histories with commands of coupons. Coupon 1 of the fixture is held, used, restored and used again.
namespace firstcome::check {
namespace {

using CouponKind = CouponCommand::Kind;

class CouponCommands : public CheckFixture {
 protected:
  /// A command of coupon 1 that was sent at `sent` and answered 2 ms later; offset 0: not accepted.
  HistoryRow& give(CouponKind kind, const std::string& reference, int sent, Code code, Offset offset = 0) {
    HistoryRow row = RowBuilder(RequestKind::CouponCommand, 0, sent, sent + 2).decided(code, offset);
    if (offset == 0) row.place_kind = PlaceKind::None;
    row.coupon_command = kind;
    row.sequence = 1;
    evidence.references.push_back(reference);
    row.reference = static_cast<std::uint32_t>(evidence.references.size());
    add(row);
    return history.back();
  }
  HistoryRow& unknown(CouponKind kind, const std::string& reference, int sent) {
    HistoryRow& row = give(kind, reference, sent, Code::None);
    row.response = ResponseKind::Unknown;
    row.answered = kNever;
    return row;
  }
  void expect_none() const {
    const Report report = judge_with(kAlone);
    EXPECT_EQ(report.of(Invariant::C11).violations, 0) << as_table(report);
    EXPECT_EQ(report.of(Invariant::C11).judged, 1) << as_table(report);
  }
  void expect_found_alone(const std::string& text) const { expect_found(Invariant::C11, text, {kAlone}); }
};

TEST_F(CouponCommands, ALifeOfACouponIsClean) {
  give(CouponKind::Reserve, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-2", 110, Code::Reserved);
  give(CouponKind::Reserve, "order-1", 120, Code::Accepted, 12);  // extends the hold
  give(CouponKind::Use, "order-1", 130, Code::Accepted, 13);
  give(CouponKind::Use, "order-1", 140, Code::Unchanged, 14);
  give(CouponKind::Use, "order-2", 150, Code::AlreadyUsed);
  give(CouponKind::Restore, "order-1", 160, Code::Accepted, 16);
  give(CouponKind::Use, "order-2", 170, Code::Accepted, 17);
  give(CouponKind::Restore, "order-2", 180, Code::Accepted, 18);
  give(CouponKind::Cancel, "support-1", 190, Code::Accepted, 19);
  give(CouponKind::Use, "order-3", 200, Code::Cancelled);
  expect_none();
}

TEST_F(CouponCommands, ACouponThatTwoOrdersUsedIsFound) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-2", 110, Code::Accepted, 11);
  expect_found_alone(
      "policy 7, coupon 1 (line 11): use by order-2 was accepted, but order-1 used the coupon before (line 10)");
}

TEST_F(CouponCommands, TwoUsesWithoutPlacesAreFound) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted);
  give(CouponKind::Use, "order-2", 110, Code::Unchanged);
  unknown(CouponKind::Use, "order-2", 105);
  expect_found_alone("used by order-1 and by order-2, and neither was restored");
}

TEST_F(CouponCommands, ARestoreThatCameTooLateExplainsNoSecondUse) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-2", 110, Code::Accepted, 11);
  give(CouponKind::Restore, "order-1", 120, Code::Accepted, 12);
  expect_found_alone("use by order-2 was accepted, but order-1 used the coupon before");
}

TEST_F(CouponCommands, ARestoreWithAnUnknownOutcomeExplainsASecondUse) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  unknown(CouponKind::Restore, "order-1", 105);
  give(CouponKind::Use, "order-2", 110, Code::Accepted, 12);
  expect_none();
}

TEST_F(CouponCommands, ACancelOfAUsedCouponIsFound) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Cancel, "support-1", 110, Code::Accepted, 11);
  expect_found_alone("cancel by support-1 was accepted, but order-1 used the coupon before");
}

TEST_F(CouponCommands, AUseOfACancelledCouponIsFound) {
  give(CouponKind::Cancel, "support-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-1", 110, Code::Accepted, 11);
  expect_found_alone("use by order-1 was accepted after the coupon was cancelled (line 10)");
  evidence.complete = false;
  expect_found_alone("use by order-1 was accepted after the coupon was cancelled (line 10)");
}

TEST_F(CouponCommands, ACommandThatWasAcceptedTwiceIsFound) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-1", 110, Code::Accepted, 11);
  expect_found_alone("policy 7, coupon 1 (line 11): use by order-1 was accepted twice (line 10)");
}

TEST_F(CouponCommands, AnswersWithoutACauseAreFound) {
  give(CouponKind::Use, "order-1", 100, Code::Unchanged, 10);
  give(CouponKind::Release, "order-2", 110, Code::Reserved);
  give(CouponKind::Cancel, "support-1", 120, Code::Cancelled);
  expect_found_alone("(line 10): got UNCHANGED, but no use by order-1 can have been accepted before");
  expect_found_alone("(line 11): got RESERVED, but no reserve can have been accepted before");
  expect_found_alone("(line 12): got CANCELLED, but no cancel can have been accepted before");
}

TEST_F(CouponCommands, WithOtherClientsACouponIsNotJudged) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 10);
  give(CouponKind::Use, "order-2", 110, Code::Accepted,
       12);  // another client may have restored the first one
  evidence.complete = false;
  const Report report = judge_with(kAlone);
  EXPECT_TRUE(report.clean()) << as_table(report);
  EXPECT_EQ(report.of(Invariant::C11).not_judged, 1);
}

TEST_F(CouponCommands, OnlyOneCancelOfACouponGivesItsPlaceBack) {
  give(CouponKind::Cancel, "support-1", 27, Code::Accepted, 3);
  give(CouponKind::Cancel, "support-1", 30, Code::Unchanged, 4);
  add(press(7, 200, 210).decided(Code::Success, 20).coupon(3));
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C1).violations, 0);
  add(press(8, 220, 230).decided(Code::Success, 21).coupon(4));
  expect_found(Invariant::C1, "got sequence 4, but the stock is 3", {kAlone});
}

// --- with the store

CouponChangeFact change(CouponKind kind, const std::string& reference, Offset offset) {
  CouponChange row;
  row.policy = kPolicy;
  row.sequence = 1;
  row.offset = offset;
  row.kind = kind;
  row.reference = reference;
  return {row, 0};
}

TEST_F(CouponCommands, AnAcceptedCommandIsStored) {
  give(CouponKind::Use, "order-1", 100, Code::Accepted, 3);
  store.coupon_changes = {change(CouponKind::Use, "order-1", 3)};
  EXPECT_EQ(judge_with(kStore).of(Invariant::C11).violations, 0) << as_table(judge_with(kStore));
  store.coupon_changes = {change(CouponKind::Use, "order-1", 2)};
  expect_found(Invariant::C11, "got ACCEPTED for use by order-1, but the store does not have this command",
               {kStore});
}

TEST_F(CouponCommands, AStoredCommandWasRequested) {
  give(CouponKind::Use, "order-2", 100, Code::AlreadyUsed);
  unknown(CouponKind::Use, "order-1", 90);
  store.coupon_changes = {change(CouponKind::Use, "order-1", 3)};
  EXPECT_EQ(judge_with(kStore).of(Invariant::C11).violations, 0) << as_table(judge_with(kStore));
  store.coupon_changes = {change(CouponKind::Use, "order-2", 3)};
  expect_found(
      Invariant::C11,
      "policy 7: the store has use of coupon 1 by order-2 from partition 0, offset 3, but no request can have done it",
      {kStore});
}

}  // namespace
}  // namespace firstcome::check
