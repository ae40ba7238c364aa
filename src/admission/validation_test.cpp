#include "admission/validation.h"

#include <gtest/gtest.h>

#include "admission/admission.h"

namespace firstcome::admission {
namespace {

using std::chrono::seconds;

constexpr PolicyId kPolicy{7};
constexpr UserId kUser{42};

class CountingAppender : public journal::Appender {
 public:
  bool try_append(const journal::Append& append) override {
    tokens.push_back(append.token);
    return true;
  }
  std::vector<std::uint64_t> tokens;
};

class Database : public Validator {
 public:
  Sent ask(const Question& question, Instant) override {
    if (result == Sent::Sent) asked.push_back(question.token);
    return result;
  }
  void send() override {}
  void on_time(Instant) override {}
  Sent result = Sent::Sent;
  std::vector<std::uint64_t> asked;
};

/// Admission with validation by the database. The stored policy is sold out at offset 90 of 100, and the snapshots have no
/// newer revision.
class DatabaseAdmissionTest : public testing::Test {
 protected:
  DatabaseAdmissionTest() {
    status().set_caught_up(true);
    status().decided = 100;
    status().clock_ms = 5000;
    status().fresh_as_of_ms = 1'000'000;
    stored_.policy = Policy{.id = kPolicy, .max_count = 1, .revision = 3, .active_count = 1};
    know(3);
  }

  replica::PartitionStatus& status() { return snapshots_.partition(0); }
  void know(std::int64_t revision, std::int64_t active = 1) {
    auto view = std::make_shared<replica::PolicySnapshot>();
    view->policy = {.id = kPolicy, .max_count = 1, .revision = revision, .active_count = active};
    snapshots_.publish(view);
  }
  static Now at(int ms) { return {from_millis(50'000 + ms), Instant{seconds{1000} + milliseconds{ms}}}; }
  std::optional<Reply> issue(int ms = 0, Caller caller = 1, UserId user = kUser) {
    return admission_.issue(caller, kPolicy, user, {}, at(ms));
  }
  /// Sends a request and passes what the database has.
  void ask(int ms = 0) {
    EXPECT_FALSE(issue(ms));
    admission_.on_validated(database_.asked.back(), &stored_, at(ms));
  }
  std::uint64_t count(Validated validated) const {
    return counters_[static_cast<std::size_t>(validated)].value();
  }
  void expect_refused(Code code) {
    ask();
    ASSERT_EQ(replies_.size(), 1U);
    EXPECT_EQ(replies_[0].decision.code, code);
    EXPECT_TRUE(replies_[0].as_of);
    EXPECT_EQ(count(Validated::Refused), 1U);
    EXPECT_TRUE(journal_.tokens.empty());
    EXPECT_EQ(admission_.pending(), 0U);
  }
  void expect_appended(Validated why) {
    EXPECT_TRUE(replies_.empty());
    EXPECT_EQ(journal_.tokens.size(), 1U);
    EXPECT_EQ(count(why), 1U);
    EXPECT_EQ(admission_.pending(), 1U);
  }

  replica::PolicySnapshots snapshots_{1};
  CountingAppender journal_;
  Database database_;
  ValidationCounters counters_;
  bool waits_ = true;
  std::vector<Reply> replies_;
  Stored stored_{.next_offset = 90, .clock = from_millis(4000)};
  Admission admission_{
      snapshots_,
      journal_,
      5,
      journal::RecordMac(InstallationKey{}, 1),
      {.max_pending_partition = 3},
      [this](Caller, const Reply& reply) { replies_.push_back(reply); },
      Validation::Parts{
          .validator = database_, .counters = counters_, .waits = [this](Caller) { return waits_; }}};
};

TEST_F(DatabaseAdmissionTest, ASoldOutPolicyIsRefusedAsOfThePositionOfThisEdge) {
  expect_refused(Code::SoldOut);
  EXPECT_EQ(replies_[0].as_of->place.offset, 100);
  EXPECT_EQ(replies_[0].as_of->clock, from_millis(5000));
  EXPECT_FALSE(replies_[0].place);
}

TEST_F(DatabaseAdmissionTest, ARefusalByADatabaseAheadOfThisEdgeHasThePositionOfTheDatabase) {
  stored_.next_offset = 120;
  stored_.clock = from_millis(6000);
  expect_refused(Code::SoldOut);
  EXPECT_EQ(replies_[0].as_of->place.offset, 120);
  EXPECT_EQ(replies_[0].as_of->clock, from_millis(6000));
}

TEST_F(DatabaseAdmissionTest, AStoredSoldOutIsStaleIfAPlaceHasComeBackSince) {
  know(3, 0);
  ask();
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, OnlyTheDeciderKnowsIfAReturnedCouponStillCounts) {
  stored_.policy->reissue = true;
  stored_.policy->cancelled_count = 1;
  stored_.held = decide::OwnedCoupon{.sequence = 17};
  EXPECT_FALSE(admission_.issue(1, kPolicy, kUser, {}, at(0), 2));
  admission_.on_validated(database_.asked.back(), &stored_, at(0));
  expect_appended(Validated::Passed);
}

TEST_F(DatabaseAdmissionTest, ACouponOwnerGetsTheirCoupon) {
  stored_.held = decide::OwnedCoupon{.sequence = 17, .issued_at = from_millis(3000)};
  expect_refused(Code::AlreadyIssued);
  EXPECT_EQ(replies_[0].decision.sequence, 17);
  EXPECT_EQ(replies_[0].decision.issued_at, from_millis(3000));
}

TEST_F(DatabaseAdmissionTest, ACouponOwnerGetsTheirCouponWhileThePolicyStillIssues) {
  stored_.policy->max_count = 5;
  stored_.held = decide::OwnedCoupon{.sequence = 1};
  expect_refused(Code::AlreadyIssued);
}

TEST_F(DatabaseAdmissionTest, PausedClosedAndEndedAreRefused) {
  for (const auto& [change, code] : std::vector<std::pair<void (*)(Policy&), Code>>{
           {[](Policy& policy) { policy.state = PolicyState::Paused; }, Code::Paused},
           {[](Policy& policy) { policy.state = PolicyState::Closed; }, Code::Closed},
           {[](Policy& policy) { policy.issue_ends_at = from_millis(4000); }, Code::Ended}}) {
    replies_.clear();
    stored_.policy = Policy{.id = kPolicy, .max_count = 5, .revision = 3};
    change(*stored_.policy);
    ask();
    ASSERT_EQ(replies_.size(), 1U) << name_of(code);
    EXPECT_EQ(replies_[0].decision.code, code);
  }
}

TEST_F(DatabaseAdmissionTest, ARequestThatCanStillWinIsAppended) {
  stored_.policy->max_count = 2;
  ask();
  expect_appended(Validated::Passed);
}

TEST_F(DatabaseAdmissionTest, APolicyChangedSinceItWasSavedIsLeftToTheDecider) {
  know(4);
  ask();
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, APolicyThatOnlyThisEdgeKnowsIsLeftToTheDecider) {
  stored_.policy.reset();
  ask();
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, APolicyThatNeitherTheDatabaseNorTheEdgeHasIsUnknown) {
  EXPECT_FALSE(admission_.issue(1, PolicyId{8}, kUser, {}, at(0)));
  stored_.policy.reset();
  admission_.on_validated(database_.asked.back(), &stored_, at(0));
  EXPECT_TRUE(replies_.empty()) << "another edge may have created it a moment ago";
  admission_.on_time(at(5));
  status().raise_freshness(1'000'006);
  admission_.on_time(at(10));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].decision.code, Code::UnknownPolicy);
}

TEST_F(DatabaseAdmissionTest, APolicyThatMayHaveIssuedAfterTheStoredPositionIsLeftToTheDecider) {
  stored_.policy = Policy{.id = kPolicy, .max_count = 5, .issue_ends_at = from_millis(4500), .revision = 3};
  ask();  // saved at 4000, ended at 4500, and this edge is at 5000: the user may have won at 4200
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, NothingIsRefusedWhileTheReplicaIsNotFresh) {
  ask(1001);
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, RowsOfAnotherEraAreIgnored) {
  stored_.era = 2;
  ask();
  expect_appended(Validated::Stale);
}

TEST_F(DatabaseAdmissionTest, NotStartedIsRefusedOnlyIfBothClocksAreFarFromTheStart) {
  stored_.policy =
      Policy{.id = kPolicy, .max_count = 5, .issue_starts_at = from_millis(52'001), .revision = 3};
  ask();
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].decision.code, Code::NotStarted);
  EXPECT_EQ(replies_[0].issue_starts_at, from_millis(52'001));
  ask(1);
  EXPECT_EQ(replies_.size(), 1U);
  EXPECT_EQ(journal_.tokens.size(), 1U);
}

TEST_F(DatabaseAdmissionTest, WithoutADatabaseRequestsAreAppendedAtOnce) {
  database_.result = Validator::Sent::Away;
  EXPECT_FALSE(issue());
  expect_appended(Validated::Away);
  database_.result = Validator::Sent::Full;
  EXPECT_FALSE(issue(0, 2, UserId{43}));
  EXPECT_EQ(count(Validated::Full), 1U);
  EXPECT_EQ(journal_.tokens.size(), 2U);
}

TEST_F(DatabaseAdmissionTest, ARequestWhoseAnswerIsLostIsAppended) {
  EXPECT_FALSE(issue());
  admission_.on_validated(database_.asked.back(), nullptr, at(1));
  expect_appended(Validated::Away);
}

TEST_F(DatabaseAdmissionTest, ALateAnswerIsIgnoredAndTheRequestIsAppended) {
  EXPECT_FALSE(issue());
  admission_.on_time(at(199));
  EXPECT_TRUE(journal_.tokens.empty());
  admission_.on_time(at(200));
  expect_appended(Validated::Late);
  admission_.on_validated(database_.asked.back(), &stored_, at(201));
  expect_appended(Validated::Late);
}

TEST_F(DatabaseAdmissionTest, TheWaitOfACallerBeginsWithTheRequest) {
  EXPECT_FALSE(issue());
  admission_.on_time(at(200));
  admission_.on_time(at(1999));
  EXPECT_TRUE(replies_.empty());
  admission_.on_time(at(2000));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].kind, ReplyKind::OutcomeUnknown);
}

TEST_F(DatabaseAdmissionTest, NothingIsAppendedForACallerThatHasClosedTheConnection) {
  EXPECT_FALSE(issue());
  waits_ = false;
  stored_.policy->max_count = 2;
  admission_.on_validated(database_.asked.back(), &stored_, at(1));
  EXPECT_TRUE(journal_.tokens.empty());
  EXPECT_TRUE(replies_.empty());
  EXPECT_EQ(admission_.pending(), 0U);
}

TEST_F(DatabaseAdmissionTest, APartitionThatIsHaltedDuringTheValidationIsUnavailable) {
  EXPECT_FALSE(issue());
  status().set_halted("a conflict");
  admission_.on_validated(database_.asked.back(), &stored_, at(1));
  ASSERT_EQ(replies_.size(), 1U);
  EXPECT_EQ(replies_[0].kind, ReplyKind::Unavailable);
}

TEST_F(DatabaseAdmissionTest, ACachedCouponIsReturnedWithoutAQuestion) {
  snapshots_.coupons().put({.policy = kPolicy,
                            .user = kUser,
                            .sequence = 17,
                            .issued_at = from_millis(3000),
                            .as_of = 60,
                            .load = status().loads});
  const auto reply = issue();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->decision.code, Code::AlreadyIssued);
  EXPECT_EQ(reply->decision.sequence, 17);
  EXPECT_EQ(reply->as_of->place.offset, 100);
  EXPECT_TRUE(database_.asked.empty());
}

TEST_F(DatabaseAdmissionTest, ARequestWhoseFirstOneIsUnderWayIsNotAskedAboutAndNotAppended) {
  stored_.policy->max_count = 2;
  EXPECT_FALSE(issue(0, 1));
  EXPECT_FALSE(issue(0, 2)) << "the first is not appended yet";
  admission_.on_validated(database_.asked[0], &stored_, at(1));
  admission_.on_validated(database_.asked[1], &stored_, at(1));
  EXPECT_FALSE(issue(2, 3));
  EXPECT_EQ(database_.asked.size(), 2U);
  EXPECT_EQ(journal_.tokens.size(), 1U);
  EXPECT_EQ(admission_.pending(), 3U);
}

TEST_F(DatabaseAdmissionTest, RequestsThatWaitForTheDatabaseArePending) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(issue());
  EXPECT_EQ(admission_.pending(), 3U);
  EXPECT_EQ(issue()->kind, ReplyKind::Overloaded);
  admission_.on_validated(database_.asked[0], &stored_, at(1));
  EXPECT_FALSE(issue());
}

}  // namespace
}  // namespace firstcome::admission
