#include "admission/admission.h"

#include <gtest/gtest.h>

#include "domain/home.h"

namespace firstcome::admission {
namespace {

using std::chrono::seconds;

/// Records what is appended.
class RecordingAppender : public journal::Appender {
 public:
  bool try_append(const journal::Append& append) override {
    if (full) return false;
    tokens.push_back(append.token);
    values.emplace_back(*append.value);
    partitions.push_back(append.partition);
    auto& lines = headers.emplace_back();
    for (const auto& [key, value, is_null] : append.headers) {
      lines.push_back(std::string(key) + ": " + std::string(value));
    }
    return true;
  }
  bool full = false;
  std::vector<std::uint64_t> tokens;
  std::vector<std::string> values;
  std::vector<Partition> partitions;
  std::vector<std::vector<std::string>> headers;
};

const journal::RecordMac kRecordMac(InstallationKey{}, 1);

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    status().set_caught_up(true);
    status().decided = 100;
    status().clock_ms = 5000;
    status().fresh_as_of_ms = 1'000'000;
  }

  replica::PartitionStatus& status() { return snapshots_.partition(0); }

  void publish(Policy policy, bool refuses, std::vector<std::int64_t> owners = {}) {
    policy.id = kPolicy;
    auto view = std::make_shared<replica::PolicySnapshot>();
    view->policy = policy;
    view->clock = from_millis(5000);
    view->as_of = 90;
    view->knows_owners = refuses;
    decide::CouponOwners all;
    for (const auto user : owners) ASSERT_TRUE(all.load(UserId{user}, {.sequence = user * 10}));
    view->owners = all.freeze();
    snapshots_.publish(view);
  }

  static Now at(int ms) { return {from_millis(50'000 + ms), Instant{seconds{1000} + milliseconds{ms}}}; }

  std::optional<Reply> issue(std::int64_t user, int ms = 0, Wait wait = {}) {
    return admission_.issue(++callers_, kPolicy, UserId{user}, wait, at(ms));
  }
  replica::Answer answer(std::size_t index, std::int64_t user, Code code) {
    return {.sequence_number = journal_.tokens[index],
            .policy = kPolicy,
            .user = UserId{user},
            .offset = 7,
            .decision = {.code = code}};
  }

  static constexpr PolicyId kPolicy{7};
  replica::PolicySnapshots snapshots_{1};
  RecordingAppender journal_;
  Caller callers_ = 0;
  std::vector<std::pair<Caller, Reply>> replies_;
  Admission admission_{snapshots_,
                       journal_,
                       5,
                       kRecordMac,
                       {.max_unsaved = 1000, .max_pending_partition = 3},
                       [this](Caller caller, const Reply& reply) { replies_.emplace_back(caller, reply); }};
};

TEST_F(AdmissionTest, AppendsARequestThatCanWinAndAnswersWithTheDecision) {
  publish({.max_count = 5}, false);
  EXPECT_FALSE(issue(42));
  ASSERT_EQ(journal_.values.size(), 1U);
  EXPECT_NE(journal_.values[0].find("\"userId\":42,\"policyId\":7"), std::string::npos);
  EXPECT_EQ(replica::sender_of(journal_.tokens[0]), 5U);
  const replica::Answer decided = answer(0, 42, Code::Success);
  admission_.on_answers({&decided, 1});
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].first, 1U);
  EXPECT_EQ(replies_[0].second.decision.code, Code::Success);
  EXPECT_EQ(replies_[0].second.place->offset, 7);
  admission_.on_answers({&decided, 1});
  EXPECT_EQ(replies_.size(), 1U) << "a second answer is ignored";
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(AdmissionTest, AnAnswerForAnotherUserOrPolicyIsIgnored) {
  publish({.max_count = 5}, false);
  issue(42);
  replica::Answer foreign = answer(0, 43, Code::Success);
  admission_.on_answers({&foreign, 1});
  foreign = answer(0, 42, Code::Success);
  foreign.policy = PolicyId{8};
  admission_.on_answers({&foreign, 1});
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
  admission_.on_answers({&decided, 1});
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
  const journal::Acknowledgement acknowledged{.token = journal_.tokens[0], .offset = 11};
  admission_.on_acknowledged({&acknowledged, 1});
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
  const journal::Acknowledgement acknowledged{.token = journal_.tokens[0], .offset = 11};
  admission_.on_acknowledged({&acknowledged, 1});
  admission_.on_acknowledged({&acknowledged, 1});
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].second.kind, ReplyKind::Pending);
}

TEST_F(AdmissionTest, RepliesUnavailableOnlyIfNothingWasAppendedForCertain) {
  publish({.max_count = 5}, false);
  issue(1);
  issue(2);
  const journal::Acknowledgement failures[] = {
      {.token = journal_.tokens[0], .outcome = journal::AppendOutcome::NotPersisted},
      {.token = journal_.tokens[1], .outcome = journal::AppendOutcome::PossiblyPersisted}};
  admission_.on_acknowledged(failures);
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
    ++callers_;
    return admission.issue(callers_, PolicyId{policy}, UserId{42}, {}, at(5000));
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
  const journal::Acknowledgement acknowledged{.token = journal_.tokens[0], .offset = 11};
  admission_.on_acknowledged({&acknowledged, 1});
  admission_.on_time(at(2000));
  EXPECT_EQ(replies_.at(0).second.kind, ReplyKind::OutcomeUnknown);
}

}  // namespace
}  // namespace firstcome::admission
