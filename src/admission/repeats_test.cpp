#include "admission/admission_test.h"

namespace firstcome::admission {
namespace {

using journal::AppendOutcome;
using std::chrono::seconds;

constexpr std::int64_t kOwner = 42;

/// A policy that still issues, and a user who asks more than once.
class ARepeat : public AdmissionTest {
 protected:
  ARepeat() { publish({.max_count = 5}, false); }

  /// As the replica does before it answers.
  void cache(Offset as_of, std::int64_t user = kOwner) {
    snapshots_.coupons().put({.policy = kPolicy,
                              .user = UserId{user},
                              .sequence = 17,
                              .issued_at = from_millis(4000),
                              .as_of = as_of,
                              .load = status().loads});
  }
  /// The record of append `index` is decided at `offset`.
  void decide(std::size_t index, Code code, Offset offset, int ms = 0) {
    replica::Answer decided = answer(index, kOwner, code);
    decided.offset = offset;
    if (code == Code::Success || code == Code::AlreadyIssued) {
      decided.decision.sequence = 17;
      decided.decision.issued_at = from_millis(4000);
      cache(offset + 1);
    }
    status().decided = offset + 1;
    on_answer(decided, ms);
  }
  std::uint64_t count(Repeat repeat) const {
    return admission_.repeats()[static_cast<std::size_t>(repeat)].value();
  }
  static void expect_early(const Reply& reply, Offset as_of) {
    EXPECT_EQ(reply.kind, ReplyKind::Decided);
    EXPECT_EQ(reply.decision.code, Code::AlreadyIssued);
    EXPECT_EQ(reply.decision.sequence, 17);
    EXPECT_EQ(reply.decision.issued_at, from_millis(4000));
    EXPECT_FALSE(reply.place) << "only a record has a ticket";
    ASSERT_TRUE(reply.as_of);
    EXPECT_EQ(reply.as_of->place.offset, as_of);
  }
};

TEST_F(ARepeat, OfACachedCouponIsAnsweredWithoutARecord) {
  EXPECT_FALSE(issue(kOwner));
  decide(0, Code::Success, 100);
  for (int i = 0; i < 1000; ++i) {
    const auto reply = issue(kOwner);
    ASSERT_TRUE(reply);
    expect_early(*reply, 101);
  }
  EXPECT_EQ(journal_.values.size(), 1U);
  EXPECT_EQ(count(Repeat::Cached), 1000U);
}

TEST_F(ARepeat, OfAnotherUserOrPolicyIsAppended) {
  cache(60);
  EXPECT_FALSE(issue(kOwner + 1));
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, OfAnotherOrdinalJoinsNothingAndIsAppended) {
  EXPECT_FALSE(admission_.issue(1, kPolicy, UserId{kOwner}, {}, at(0), 2));
  EXPECT_FALSE(admission_.issue(2, kPolicy, UserId{kOwner}, {}, at(0), 3));
  EXPECT_FALSE(admission_.issue(3, kPolicy, UserId{kOwner}, {}, at(0), 2));
  ASSERT_EQ(journal_.values.size(), 2U);
  EXPECT_EQ(count(Repeat::Joined), 1U);
  EXPECT_NE(journal_.values[0].find(R"("ordinal":2)"), std::string::npos);
  EXPECT_NE(journal_.values[1].find(R"("ordinal":3)"), std::string::npos);
  replica::Answer decided = answer(1, kOwner, Code::Refused);
  on_answer(decided);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 2U);
  EXPECT_EQ(replies_[0].second.ordinal, 3);
}

TEST_F(ARepeat, IsAppendedIfThisNodeIsNotFresh) {
  cache(60);
  EXPECT_TRUE(issue(kOwner, 1000));
  EXPECT_FALSE(issue(kOwner, 1001));
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, IsUnavailableLikeAnyRequestIfItsPartitionIsNotInService) {
  cache(60);
  status().set_halted("a conflict");
  EXPECT_EQ(issue(kOwner)->kind, ReplyKind::Unavailable);
}

TEST_F(ARepeat, IsAppendedIfTheCouponIsNewerThanThePositionItWouldName) {
  cache(101);
  EXPECT_FALSE(issue(kOwner)) << "100 records are decided";
  EXPECT_EQ(journal_.values.size(), 1U);
  cache(100, 43);
  expect_early(*issue(43), 100);
}

TEST_F(ARepeat, IsAppendedIfThePartitionWasLoadedAgainSinceTheDecision) {
  cache(60);
  status().set_caught_up(false);
  status().set_caught_up(true);
  EXPECT_FALSE(issue(kOwner)) << "an operator may have decided that the store is right, not this node";
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, IsForTheOrdinalOfTheCachedCoupon) {
  publish({.max_count = 5, .per_user_limit = 2}, false);
  cache(60);
  expect_early(*issue(kOwner), 100);
  EXPECT_FALSE(admission_.issue(9, kPolicy, UserId{kOwner}, {}, at(0), 2));
  ASSERT_EQ(journal_.values.size(), 1U);
  EXPECT_NE(journal_.values[0].find(R"("ordinal":2)"), std::string::npos);
}

TEST_F(ARepeat, OfAClosedPolicyIsClosed) {
  cache(60);
  publish({.max_count = 5, .state = PolicyState::Closed}, true);
  EXPECT_EQ(issue(kOwner)->decision.code, Code::Closed);
}

TEST_F(ARepeat, OfAPausedPolicyIsAnsweredFromTheSnapshot) {
  cache(60);
  publish({.max_count = 5, .state = PolicyState::Paused}, true, {kOwner});
  EXPECT_EQ(issue(kOwner)->decision.sequence, kOwner * 10) << "the snapshot has all coupon owners";
  EXPECT_EQ(count(Repeat::Cached), 0U);
}

// --- while the first request is under way

TEST_F(ARepeat, OfARequestUnderWayWaitsForItsDecision) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(issue(kOwner));
  EXPECT_EQ(journal_.values.size(), 1U);
  EXPECT_EQ(admission_.pending(), 20U);
  EXPECT_EQ(count(Repeat::Joined), 19U);
  decide(0, Code::Success, 100);
  ASSERT_EQ(replies_.size(), 20U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::Success);
  EXPECT_EQ(replies_[0].second.place->offset, 100);
  for (std::size_t i = 1; i < 20; ++i) {
    EXPECT_EQ(replies_[i].first, i + 1) << "in the order of their requests";
    expect_early(replies_[i].second, 101);
  }
  EXPECT_EQ(journal_.values.size(), 1U);
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(ARepeat, OfARequestUnderWayForAnotherPolicyIsAppended) {
  issue(kOwner);
  EXPECT_FALSE(admission_.issue(9, PolicyId{8}, UserId{kOwner}, {}, at(2000)));
  EXPECT_EQ(journal_.values.size(), 2U);
}

/// A ticket would say that it came before what was answered while the first one was under way, such as a close.
TEST_F(ARepeat, GetsNoTicketOfADecidedRequest) {
  issue(kOwner);
  issue(kOwner);
  decide(0, Code::AlreadyIssued, 100);
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_EQ(replies_[0].second.place->offset, 100);
  expect_early(replies_[1].second, 101);
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, OfAPolicyThatWasClosedMeanwhileIsClosed) {
  issue(kOwner);
  issue(kOwner);
  publish({.max_count = 5, .state = PolicyState::Closed}, true);
  decide(0, Code::AlreadyIssued, 100);
  EXPECT_EQ(replies_.at(1).second.decision.code, Code::Closed);
}

TEST_F(ARepeat, OfARefusedRequestIsAppended) {
  for (int i = 0; i < 3; ++i) issue(kOwner);
  decide(0, Code::SoldOut, 100);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(journal_.values.size(), 2U) << "the second is appended, and the third joins it";
  EXPECT_EQ(admission_.pending(), 2U);
  decide(1, Code::Success, 101);
  ASSERT_EQ(replies_.size(), 3U);
  EXPECT_EQ(replies_[1].second.decision.code, Code::Success);
  expect_early(replies_[2].second, 102);
}

TEST_F(ARepeat, OfARequestThatIsNowRefusedEarlyIsRefusedEarly) {
  issue(kOwner);
  issue(kOwner);
  publish({.max_count = 1, .active_count = 1}, true, {7});
  decide(0, Code::SoldOut, 100);
  ASSERT_EQ(replies_.size(), 2U);
  EXPECT_EQ(replies_[1].second.decision.code, Code::SoldOut);
  EXPECT_TRUE(replies_[1].second.as_of);
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, IsAppendedAfterASuccessThatIsNotFresh) {
  issue(kOwner, 1500);
  issue(kOwner, 1500);
  issue(kOwner, 1500);
  decide(0, Code::Success, 100, 1510);
  ASSERT_EQ(replies_.size(), 1U) << "a record at a later place may be answered already";
  EXPECT_EQ(journal_.values.size(), 2U);
  status().fresh_as_of_ms = 1'001'515;
  decide(1, Code::AlreadyIssued, 105, 1520);
  ASSERT_EQ(replies_.size(), 3U);
  expect_early(replies_[2].second, 106);
}

TEST_F(ARepeat, OfARecordThatWasNotWrittenIsAppended) {
  issue(kOwner);
  issue(kOwner);
  acknowledge(0, AppendOutcome::NotPersisted);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Unavailable);
  EXPECT_EQ(journal_.values.size(), 2U);
  decide(1, Code::Success, 100);
  EXPECT_EQ(replies_[1].second.decision.code, Code::Success);
}

TEST_F(ARepeat, IsUnavailableIfThePartitionIsHaltedMeanwhile) {
  issue(kOwner);
  issue(kOwner);
  status().set_halted("a conflict");
  acknowledge(0, AppendOutcome::NotPersisted);
  EXPECT_EQ(replies_.at(1).second.kind, ReplyKind::Unavailable);
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, TakesOverTheTicketAtItsDeadline) {
  issue(kOwner, 0);
  issue(kOwner, 100, {.most = milliseconds{200}});
  acknowledge(0, AppendOutcome::Appended, 100);
  admission_.on_time(at(300));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 2U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Pending);
  EXPECT_EQ(replies_[0].second.place->offset, 100);
  decide(0, Code::Success, 100);
  EXPECT_EQ(replies_.at(1).second.decision.code, Code::Success);
}

TEST_F(ARepeat, StillGetsTheDecisionAfterTheFirstCallersDeadline) {
  issue(kOwner, 0, {.most = milliseconds{100}});
  issue(kOwner, 50);
  admission_.on_time(at(100));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::OutcomeUnknown);
  EXPECT_FALSE(issue(kOwner, 110)) << "it is still under way";
  EXPECT_EQ(journal_.values.size(), 1U);
  decide(0, Code::Success, 100);
  ASSERT_EQ(replies_.size(), 3U);
  expect_early(replies_[1].second, 101);
  expect_early(replies_[2].second, 101);
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(ARepeat, IsUnknownAtItsDeadlineIfTheRecordIsNotAcknowledged) {
  issue(kOwner, 0);
  issue(kOwner, 10);
  admission_.on_time(at(2010));
  ASSERT_EQ(replies_.size(), 2U);
  for (const auto& [caller, reply] : replies_) EXPECT_EQ(reply.kind, ReplyKind::OutcomeUnknown);
  EXPECT_EQ(admission_.pending(), 0U);
  EXPECT_FALSE(issue(kOwner, 900));
  EXPECT_EQ(journal_.values.size(), 2U) << "no caller waits for the first record any more";
}

TEST_F(ARepeat, GetsA202AtTheAcknowledgementIfItAsksForThat) {
  issue(kOwner, 0);
  issue(kOwner, 0, {.respond_async = true});
  issue(kOwner, 0);
  acknowledge(0, AppendOutcome::Appended, 100);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 2U);
  EXPECT_EQ(replies_[0].second.place->offset, 100);
  issue(kOwner, 5, {.respond_async = true});
  admission_.on_time(at(5));
  ASSERT_EQ(replies_.size(), 2U) << "it is acknowledged already";
  EXPECT_EQ(replies_[1].second.kind, ReplyKind::Pending);
  decide(0, Code::Success, 100);
  EXPECT_EQ(replies_.size(), 4U);
  EXPECT_EQ(journal_.values.size(), 1U);
}

TEST_F(ARepeat, OutlivesAFirstCallerWhoGetsA202) {
  issue(kOwner, 0, {.respond_async = true});
  issue(kOwner, 0);
  acknowledge(0, AppendOutcome::Appended, 100);
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 1U);
  decide(0, Code::Success, 100);
  ASSERT_EQ(replies_.size(), 2U);
  expect_early(replies_[1].second, 101);
}

TEST_F(ARepeat, JoinsAlsoWhileTooManyRequestsWait) {
  for (const std::int64_t user : {kOwner, kOwner + 1, kOwner + 2}) EXPECT_FALSE(issue(user));
  EXPECT_EQ(issue(kOwner + 3)->kind, ReplyKind::Overloaded);
  EXPECT_FALSE(issue(kOwner)) << "it takes no place in the journal's queue";
}

}  // namespace
}  // namespace firstcome::admission
