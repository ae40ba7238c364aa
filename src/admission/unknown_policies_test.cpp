#include "admission/unknown_policies.h"

#include <gmock/gmock.h>

namespace firstcome::admission {
namespace {

using Verdict = UnknownPolicies::Verdict;
using testing::ElementsAre;

class UnknownPoliciesTest : public testing::Test {
 protected:
  static Now at(int ms) { return {Timestamp{}, Instant{std::chrono::seconds{1000} + milliseconds{ms}}}; }
  bool wait(std::int64_t policy) {
    return unknown_.wait(PolicyId{policy}, 0, [this](Verdict verdict, Now) { verdicts_.push_back(verdict); });
  }

  replica::PolicySnapshots snapshots_{1};
  replica::PolicySnapshotReader views_{snapshots_};
  int questions_ = 0;
  UnknownPolicies unknown_{views_, {.most = 1000}, [this](Partition) { ++questions_; }};
  std::vector<Verdict> verdicts_;
};

TEST_F(UnknownPoliciesTest, AnyNumberOfRequestsAsksForOneEndInATurn) {
  for (int i = 1; i <= 1000; ++i) EXPECT_TRUE(wait(i));
  EXPECT_FALSE(wait(1001)) << "the number of waiting requests is limited";
  EXPECT_EQ(questions_, 0);
  unknown_.on_time(at(0));
  EXPECT_EQ(questions_, 1);
  snapshots_.partition(0).raise_freshness(1'000'001);
  unknown_.on_time(at(5));
  EXPECT_EQ(questions_, 1);
  EXPECT_EQ(verdicts_, std::vector(1000, Verdict::Unknown));
  EXPECT_EQ(unknown_.waiting(), 0U);
}

TEST_F(UnknownPoliciesTest, ARequestThatArrivesAfterTheEndWasRequestedWaitsForTheNextEnd) {
  wait(1);
  unknown_.on_time(at(0));
  wait(2);
  unknown_.on_time(at(5));
  snapshots_.partition(0).raise_freshness(1'000'003);
  unknown_.on_time(at(10));
  EXPECT_THAT(verdicts_, ElementsAre(Verdict::Unknown));
  EXPECT_EQ(unknown_.waiting(), 1U);
  EXPECT_EQ(questions_, 3) << "one question in each turn, while requests wait";
}

TEST_F(UnknownPoliciesTest, ARequestSentFromTheCallbackWaitsBehindTheOthers) {
  unknown_.wait(PolicyId{7}, 0, [this](Verdict verdict, Now) {
    verdicts_.push_back(verdict);
    wait(8);
  });
  wait(9);
  unknown_.on_time(at(0));
  auto view = std::make_shared<replica::PolicySnapshot>();
  view->policy.id = PolicyId{7};
  snapshots_.publish(std::move(view));
  snapshots_.partition(0).decided = 5;
  unknown_.on_time(at(5));
  EXPECT_THAT(verdicts_, ElementsAre(Verdict::Known));
  snapshots_.partition(0).raise_freshness(1'000'003);
  unknown_.on_time(at(10));
  EXPECT_THAT(verdicts_, ElementsAre(Verdict::Known, Verdict::Unknown));
  EXPECT_EQ(unknown_.waiting(), 1U);
}

}  // namespace
}  // namespace firstcome::admission
