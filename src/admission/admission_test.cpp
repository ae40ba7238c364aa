#include "admission/admission_test.h"

#include "journal/record_json.h"

namespace firstcome::admission {
namespace {

using std::chrono::seconds;

TEST_F(AdmissionTest, AppendsARequestThatCanWinAndAnswersWithTheDecision) {
  publish({.max_count = 5}, false);
  EXPECT_FALSE(issue(42));
  ASSERT_EQ(journal_.values.size(), 1U);
  EXPECT_NE(journal_.values[0].find("\"userId\":42,\"policyId\":7"), std::string::npos);
  EXPECT_EQ(replica::sender_of(journal_.tokens[0]), 5U);
  const replica::Answer decided = answer(0, 42, Code::Success);
  on_answer(decided);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 1U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::Success);
  EXPECT_EQ(replies_[0].second.place->offset, 7);
  on_answer(decided);
  EXPECT_EQ(replies_.size(), 1U) << "a second answer is ignored";
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(AdmissionTest, AnAnswerForAnotherUserOrPolicyIsIgnored) {
  publish({.max_count = 5}, false);
  issue(42);
  replica::Answer foreign = answer(0, 43, Code::Success);
  on_answer(foreign);
  foreign = answer(0, 42, Code::Success);
  foreign.policy = PolicyId{8};
  on_answer(foreign);
  EXPECT_TRUE(replies_.empty());
}

TEST_F(AdmissionTest, RefusesEarlyOnlyIfThePublishedPolicyRefuses) {
  publish({.max_count = 1, .active_count = 1}, true, {42});
  const auto loser = issue(43);
  ASSERT_TRUE(loser);
  EXPECT_EQ(loser->decision.code, Code::SoldOut);
  EXPECT_EQ(loser->as_of->place.offset, 100);
  EXPECT_FALSE(loser->place);
  const auto winner = issue(42);
  EXPECT_EQ(winner->decision.code, Code::AlreadyIssued);
  EXPECT_EQ(winner->decision.sequence, 420);
  EXPECT_TRUE(journal_.values.empty());
}

TEST_F(AdmissionTest, AppendsTheRequestIfTheSnapshotIsTooOld) {
  publish({.max_count = 1, .active_count = 1}, true);
  EXPECT_TRUE(issue(43, 1000)) << "a second is fresh enough";
  EXPECT_FALSE(issue(43, 1001));
}

/// Another edge may have created it a moment ago.
TEST_F(AdmissionTest, AnUnknownPolicyIsRefusedOnceAnEndRequestedAfterTheRequestIsReached) {
  EXPECT_FALSE(issue(43));
  EXPECT_EQ(admission_.pending(), 1U);
  admission_.on_time(at(5));
  status().raise_freshness(1'000'005);
  admission_.on_time(at(10));
  EXPECT_TRUE(replies_.empty()) << "the end may have been requested before the request arrived";
  status().raise_freshness(1'000'006);
  admission_.on_time(at(15));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::UnknownPolicy);
  EXPECT_EQ(replies_[0].second.as_of->place.offset, 100);
  EXPECT_EQ(admission_.pending(), 0U);
  EXPECT_TRUE(journal_.values.empty());
}

TEST_F(AdmissionTest, APolicyThatAppearsDuringTheWaitIsAnsweredLikeAKnownOne) {
  EXPECT_FALSE(issue(43));
  admission_.on_time(at(5));
  publish({.max_count = 5}, false);
  status().decided = 101;
  admission_.on_time(at(10));
  EXPECT_TRUE(replies_.empty());
  EXPECT_EQ(journal_.values.size(), 1U) << "the policy still grants, so the request is appended";

  const replica::Answer decided = answer(0, 43, Code::Success);
  on_answer(decided);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::Success);
}

TEST_F(AdmissionTest, AnUnknownPolicyThatCannotBeCheckedInTimeIs503) {
  EXPECT_FALSE(issue(43));
  admission_.on_time(at(5));
  admission_.on_time(at(1004));
  EXPECT_TRUE(replies_.empty());
  admission_.on_time(at(1005));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Unavailable);
  EXPECT_TRUE(journal_.values.empty());
}

TEST_F(AdmissionTest, ARequestForAnUnknownPolicyIsAppendedIfTheSnapshotsAreTooOld) {
  EXPECT_FALSE(issue(43, 5000));
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(AdmissionTest, EndsByTheClockOfTheJournalAndBeginsByBothClocks) {
  publish({.max_count = 5, .issue_ends_at = from_millis(5000)}, true);
  EXPECT_EQ(issue(1)->decision.code, Code::Ended);
  publish({.max_count = 5, .issue_starts_at = from_millis(52'001)}, true);
  EXPECT_EQ(issue(2)->decision.code, Code::NotStarted);
  EXPECT_EQ(issue(2)->issue_starts_at, from_millis(52'001));
  publish({.max_count = 5, .issue_starts_at = from_millis(52'000)}, true);
  EXPECT_FALSE(issue(3)) << "within two seconds of the start by the clock of this machine";
}

TEST_F(AdmissionTest, ARequestForAPolicyThatHasStartedIsAppendedAlthoughItsSnapshotIsOld) {
  publish({.max_count = 5, .issue_starts_at = from_millis(60'000)}, true);
  status().clock_ms = 60'000;
  EXPECT_FALSE(issue(1));
}

TEST_F(AdmissionTest, AnswersPendingWhenAcknowledgedAndUnknownWhenNot) {
  publish({.max_count = 5}, false);
  issue(1);
  issue(2);
  acknowledge(0, journal::AppendOutcome::Appended, 11);
  admission_.on_time(at(1999));
  EXPECT_TRUE(replies_.empty());
  admission_.on_time(at(2000));
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Pending);
  EXPECT_EQ(replies_[0].second.place->offset, 11);
  EXPECT_EQ(replies_[1].second.kind, ReplyKind::OutcomeUnknown);
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(AdmissionTest, RespondsAtTheAcknowledgementWhenAsked) {
  publish({.max_count = 5}, false);
  issue(1, 0, {.respond_async = true});
  acknowledge(0, journal::AppendOutcome::Appended, 11);
  acknowledge(0, journal::AppendOutcome::Appended, 11);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Pending);
}

TEST_F(AdmissionTest, RepliesUnavailableOnlyIfNothingWasAppendedForCertain) {
  publish({.max_count = 5}, false);
  issue(1);
  issue(2);
  acknowledge(0, journal::AppendOutcome::NotPersisted);
  acknowledge(1, journal::AppendOutcome::PossiblyPersisted);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Unavailable);
  admission_.on_time(at(2000));
  EXPECT_EQ(replies_[1].second.kind, ReplyKind::OutcomeUnknown);
}

TEST_F(AdmissionTest, AShortWaitEndsBeforeALongWaitThatBeganEarlier) {
  publish({.max_count = 5}, false);
  issue(1, 0, {.most = seconds{10}});
  issue(2, 0, {.most = seconds{1}});
  admission_.on_time(at(1000));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 2U);
}

TEST_F(AdmissionTest, RefusesRequestsAboveItsLimits) {
  publish({.max_count = 5}, false);
  status().unsaved = 1001;
  EXPECT_EQ(issue(1)->kind, ReplyKind::Overloaded);
  status().unsaved = 0;
  journal_.full = true;
  EXPECT_EQ(issue(1)->kind, ReplyKind::Overloaded);
  journal_.full = false;
  for (int user = 1; user <= 3; ++user) EXPECT_FALSE(issue(user));
  EXPECT_EQ(issue(4)->kind, ReplyKind::Overloaded);
  EXPECT_EQ(admission_.pending(), 3U);
}

TEST_F(AdmissionTest, OneHotPolicyDoesNotStarveTheRestOfItsPartition) {
  publish({.max_count = 5}, false);
  Admission admission(snapshots_, journal_, 6, kRecordMac,
                      {.max_pending_partition = 4, .max_pending_policy = 2},
                      [this](Caller caller, const Reply& reply) { replies_.emplace_back(caller, reply); });
  const auto issue_of = [&](std::int64_t policy) {
    ++callers_;  // each is another user
    return admission.issue(callers_, PolicyId{policy}, UserId{static_cast<std::int64_t>(callers_)}, {},
                           at(5000));
  };
  EXPECT_FALSE(issue_of(7));
  EXPECT_FALSE(issue_of(7));
  const auto refused = issue_of(7);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, ReplyKind::Overloaded);
  EXPECT_FALSE(issue_of(8)) << "a request for another policy of the partition is accepted";
  EXPECT_FALSE(issue_of(9));
  EXPECT_EQ(issue_of(10)->kind, ReplyKind::Overloaded) << "the partition is full";
  admission.on_time(at(60'000));
  EXPECT_FALSE(issue_of(7)) << "the requests that no longer wait have made room";
}

TEST_F(AdmissionTest, IsUnavailableWhileItsPartitionIsNotInService) {
  status().set_caught_up(false);
  EXPECT_EQ(issue(1)->kind, ReplyKind::Unavailable);
  status().set_caught_up(true);
  status().set_halted("a conflict");
  EXPECT_EQ(issue(1)->kind, ReplyKind::Unavailable);
  EXPECT_TRUE(journal_.values.empty());
}

TEST_F(AdmissionTest, CommandsAreAppendedLikeRequestsButHaveNoTicket) {
  EXPECT_FALSE(admission_.command(9, {.kind = PolicyCommand::Kind::Pause, .policy = kPolicy}, {}, at(0)));
  ASSERT_EQ(journal_.values.size(), 1U);
  EXPECT_NE(journal_.values[0].find("\"command\":\"pause\""), std::string::npos);
  EXPECT_EQ(journal_.headers.at(0).at(0), "kind: policy");
  EXPECT_EQ(journal_.headers.at(0).at(1).substr(0, 5), "mac: ");
  acknowledge(0, journal::AppendOutcome::Appended, 11);
  admission_.on_time(at(2000));
  EXPECT_EQ(replies_.at(0).second.kind, ReplyKind::OutcomeUnknown);
}

/// Caller 1 has a trace.
class TraceOfOne : public Traces {
 public:
  const TraceContext* trace_of(Caller caller) override { return caller == 1 ? &trace_ : nullptr; }

 private:
  TraceContext trace_ =
      TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1").value();
};

TEST_F(AdmissionTest, ARecordCarriesTheTraceOfItsRequest) {
  TraceOfOne traces;
  Admission admission(
      snapshots_, journal_, 5, kRecordMac, {}, [](Caller, const Reply&) {}, std::nullopt, [](Partition) {},
      &traces);
  publish({.max_count = 5}, false);
  ASSERT_FALSE(admission.issue(1, kPolicy, UserId{1}, {}, at(0)));
  ASSERT_FALSE(admission.issue(2, kPolicy, UserId{2}, {}, at(0)));
  ASSERT_FALSE(
      admission.command(1, PolicyCommand{.kind = PolicyCommand::Kind::Pause, .policy = kPolicy}, {}, at(0)));
  const std::vector<std::string> trace{"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                       "tracestate: a=1"};
  ASSERT_EQ(journal_.headers.size(), 3U);
  EXPECT_EQ(journal_.headers[0], trace);
  EXPECT_TRUE(journal_.headers[1].empty());
  const std::vector<std::string>& command = journal_.headers[2];
  ASSERT_EQ(command.size(), 4U);
  EXPECT_EQ(command[0], "kind: policy");
  EXPECT_EQ(command[1], trace[0]);
  EXPECT_EQ(command[2], trace[1]);
  const std::array<journal::Header, 3> covered{
      {{"kind", "policy"}, {kTraceparent, traces.trace_of(1)->traceparent()}, {kTracestate, "a=1"}}};
  EXPECT_EQ(command[3], "mac: " + kRecordMac.compute(0, "7", journal_.values[2], covered));
}

TEST_F(AdmissionTest, ACommandOfACouponIsAppendedWithAMacAndAnsweredWithTheCoupon) {
  publish({.max_count = 5}, false);
  const CouponCommand use{.kind = CouponCommand::Kind::Use,
                          .policy = kPolicy,
                          .sequence = 3,
                          .reference = "order-17",
                          .who = "shop"};
  EXPECT_FALSE(admission_.command(1, use, {}, at(0)));
  ASSERT_EQ(journal_.values.size(), 1U);
  CouponCommand appended = use;
  appended.sequence_number = journal_.tokens[0];
  EXPECT_EQ(journal_.values[0], journal::encode(appended));
  ASSERT_EQ(journal_.headers[0].size(), 2U);
  EXPECT_EQ(journal_.headers[0][0], "kind: coupon");
  EXPECT_TRUE(journal_.headers[0][1].starts_with("mac: "));

  replica::Answer decided = answer(0, 0, Code::AlreadyUsed);
  decided.user = {};
  decided.coupon_after = std::make_shared<const replica::CouponAsOf>();
  on_answer(decided);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::AlreadyUsed);
  EXPECT_EQ(replies_[0].second.coupon_after, decided.coupon_after);
}

TEST_F(AdmissionTest, ACommandOfACouponIsRefusedWhereARequestWouldBe) {
  const CouponCommand use{.policy = kPolicy, .sequence = 3, .reference = "order-17"};
  journal_.full = true;
  EXPECT_EQ(admission_.command(1, use, {}, at(0))->kind, ReplyKind::Overloaded);
  journal_.full = false;
  status().unsaved = 1001;
  EXPECT_EQ(admission_.command(1, use, {}, at(0))->kind, ReplyKind::Overloaded);
  status().unsaved = 0;
  status().set_halted("a conflict");
  EXPECT_EQ(admission_.command(1, use, {}, at(0))->kind, ReplyKind::Unavailable);
  EXPECT_TRUE(journal_.values.empty());
}

TEST_F(AdmissionTest, ACommandOfACouponWithoutAnAnswerIsUnknownEvenIfAcknowledged) {
  const CouponCommand use{.policy = kPolicy, .sequence = 3, .reference = "order-17"};
  EXPECT_FALSE(admission_.command(1, use, {.most = milliseconds{100}, .respond_async = true}, at(0)));
  acknowledge(0, journal::AppendOutcome::Appended, 8);
  EXPECT_TRUE(replies_.empty());
  admission_.on_time(at(100));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::OutcomeUnknown);
}

}  // namespace
}  // namespace firstcome::admission
