#include "issuer/policy_closer.h"

#include <gmock/gmock.h>

#include <string>

#include "decide/decider.h"
#include "domain/coupon_life.h"
#include "journal/record_json.h"

namespace firstcome::issuer {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Timestamp kEnd = from_millis(1'800'000'000'000);
constexpr milliseconds kAfter = days{30};
const journal::RecordMac kMac(InstallationKey{}, 1);

/// Keeps the decoded records.
class Records : public journal::Appender {
 public:
  bool try_append(const journal::Append& append) override {
    if (is_full) return false;
    Record record;
    decoder_.decode(
        {.offset = 0, .timestamp = kEnd, .key = append.key, .value = append.value, .headers = append.headers},
        1, record);
    all.push_back(record);
    return true;
  }
  std::vector<Record> all;
  bool is_full = false;

 private:
  journal::RecordDecoder decoder_{journal::RecordTrust(kMac, {}), 0};
};

/// A policy that issues until kEnd, of which the last coupon expires at kEnd.
Policy a_policy(std::int64_t id) {
  Policy policy{.id = PolicyId{id}, .name = "p", .max_count = 10};
  policy.issue_ends_at = policy.valid_until = kEnd;
  policy.issued_count = policy.active_count = 3;
  policy.newest_issued_at = kEnd - days{1};
  policy.revision = 4;
  return policy;
}

class APolicyCloser : public testing::Test {
 protected:
  APolicyCloser() {
    snapshots_.partition(0).set_caught_up(true);
    snapshots_.partition(0).clock_ms = to_millis(kEnd + 10 * kAfter);
  }
  void publish(const Policy& policy) {
    auto snapshot = std::make_shared<replica::PolicySnapshot>();
    snapshot->policy = policy;
    snapshots_.publish(std::move(snapshot));
  }

  replica::PolicySnapshots snapshots_{1};
  Records records_;
  bool is_mine_ = true;
  PolicyCloser closer_{snapshots_, records_, kMac, [this](Partition) { return is_mine_; }, kAfter};
};

TEST_F(APolicyCloser, ClosesThePolicyOfWhichItKnowsTheRevisionOnceItHasEndedLongAgo) {
  publish(a_policy(7));
  EXPECT_THAT(closer_.close(kEnd + kAfter - milliseconds{1}), IsEmpty());
  EXPECT_THAT(closer_.close(kEnd + kAfter), ElementsAre(PolicyId{7}));
  ASSERT_THAT(records_.all, SizeIs(1));
  const auto& command = std::get<PolicyCommand>(records_.all.front().content);
  EXPECT_EQ(command.kind, PolicyCommand::Kind::Close);
  EXPECT_EQ(command.policy, PolicyId{7});
  EXPECT_EQ(command.revision, 4);
  EXPECT_EQ(command.who, "firstcome");
}

TEST_F(APolicyCloser, TheClosedPolicyIsOverAtOnce) {
  decide::Decider decider(0, 1);
  PolicyCommand create{.policy = PolicyId{7}, .name = "p", .max_count = 10};
  create.issue_ends_at = create.valid_until = {true, kEnd};
  ASSERT_EQ(decider.apply({.offset = 0, .appended_at = kEnd - days{1}, .content = create}).code,
            Code::Accepted);
  const IssueRequest request{UserId{1}, PolicyId{7}, 1};
  ASSERT_EQ(decider.apply({.offset = 1, .appended_at = kEnd - days{1}, .content = request}).code,
            Code::Success);
  publish(*decider.find(PolicyId{7}));
  ASSERT_THAT(closer_.close(kEnd + kAfter), SizeIs(1));
  Record close = records_.all.front();
  close.offset = 2;
  close.appended_at = kEnd + kAfter;
  EXPECT_EQ(decider.apply(close).code, Code::Accepted);
  EXPECT_THAT(decider.take_over(), ElementsAre(PolicyId{7}));
}

TEST_F(APolicyCloser, ClosesNothingThatCanStillIssueOrIsUsableOrIsBeingImported) {
  std::vector<Policy> all(7, a_policy(1));
  all[0].issue_ends_at = all[0].valid_until = {};
  all[1].valid_until = {};  // the coupons never expire
  all[2].issue_ends_at = kEnd + days{1};
  all[3].valid_until = kEnd + days{1};
  all[4].valid_until = {};
  all[4].valid_for = days{2};
  all[5].state = PolicyState::Importing;
  all[6].state = PolicyState::Closed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].id = PolicyId{static_cast<std::int64_t>(i) + 1};
    publish(all[i]);
  }
  EXPECT_THAT(closer_.close(kEnd + kAfter), IsEmpty());
}

TEST_F(APolicyCloser, ClosesPausedPoliciesAndThoseWithoutCouponsAndThoseWithoutAnEndOfIssuing) {
  std::vector<Policy> all(4, a_policy(1));
  all[0].state = PolicyState::Paused;
  all[1].issued_count = 0;
  all[1].valid_until = {};
  all[2].issue_ends_at = {};
  all[3].valid_until = {};
  all[3].valid_for = days{1};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].id = PolicyId{static_cast<std::int64_t>(i) + 1};
    publish(all[i]);
  }
  EXPECT_THAT(closer_.close(kEnd + kAfter), SizeIs(4));
}

TEST_F(APolicyCloser, NeedsTheJournalsClockAndThatOfTheMachine) {
  publish(a_policy(7));
  snapshots_.partition(0).clock_ms = to_millis(kEnd);
  EXPECT_THAT(closer_.close(kEnd + 10 * kAfter), IsEmpty());
}

TEST_F(APolicyCloser, LeavesPartitionsOfOtherNodesAndThoseThatAreNotInService) {
  publish(a_policy(7));
  is_mine_ = false;
  EXPECT_THAT(closer_.close(kEnd + kAfter), IsEmpty());
  is_mine_ = true;
  snapshots_.partition(0).set_halted("another state");
  EXPECT_THAT(closer_.close(kEnd + kAfter), IsEmpty());
}

TEST_F(APolicyCloser, AppendsNoMoreThanAHundredAtOnceAndContinuesLater) {
  for (std::int64_t id = 1; id <= 150; ++id) publish(a_policy(id));
  EXPECT_THAT(closer_.close(kEnd + kAfter), SizeIs(100));
  for (std::int64_t id = 1; id <= 100; ++id) snapshots_.retire(PolicyId{id});
  EXPECT_THAT(closer_.close(kEnd + kAfter), SizeIs(50));
  records_.is_full = true;
  EXPECT_THAT(closer_.close(kEnd + kAfter), IsEmpty());
}

}  // namespace
}  // namespace firstcome::issuer
