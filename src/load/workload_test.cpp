#include "load/workload.h"
#include "load/request_text.h"
#include "test/kits/load/plan_for_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace firstcome::load {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> users(const Plan& plan, int count, int thread = 0) {
  Workload workload(plan, thread);
  std::vector<std::int64_t> users;
  for (int i = 0; i < count; ++i) users.push_back(workload.next().user.value);
  return users;
}

TEST(Workload, EveryRequestHasANewUserUnlessTheNumberOfUsersIsSet) {
  EXPECT_THAT(users(plan_for_tests(), 4), ElementsAre(1, 2, 3, 4));
  Plan counted = plan_for_tests();
  counted.users = 3;
  counted.first_user = 100;
  EXPECT_THAT(users(counted, 5), ElementsAre(100, 101, 102, 100, 101));
}

TEST(Workload, AUserBelongsToOneThread) {
  Plan shared = plan_for_tests();
  shared.users = 5;
  shared.threads = 2;
  EXPECT_THAT(users(shared, 4, 0), ElementsAre(1, 3, 5, 1));
  EXPECT_THAT(users(shared, 4, 1), ElementsAre(2, 4, 2, 4));
}

TEST(Workload, AUserRequestsEveryPolicyBeforeTheNextUserBegins) {
  Workload workload(plan_for_tests(2), 0);
  for (int user = 1; user <= 3; ++user) {
    for (int policy = 0; policy < 2; ++policy) {
      const PlannedRequest request = workload.next();
      EXPECT_EQ(request.user.value, user);
      EXPECT_EQ(request.policy, policy);
    }
  }
}

TEST(Workload, TheSecondRequestOfAUserFollowsTheFirst) {
  Plan twice = plan_for_tests();
  twice.twice = 250'000;
  EXPECT_THAT(users(twice, 10), ElementsAre(1, 2, 3, 4, 4, 5, 6, 7, 8, 8));
  twice.twice = 1'000'000;
  EXPECT_THAT(users(twice, 4), ElementsAre(1, 1, 2, 2));
}

TEST(Workload, SharesAreExactAndTheTwoKindsOfCutAlternate) {
  Plan shares = plan_for_tests();
  shares.break_off = 50'000;
  shares.fixed = 500'000;
  Workload workload(shares, 0);
  std::map<PlannedRequest::Cut, int> cuts;
  int fixed = 0;
  for (int i = 0; i < 1'000; ++i) {
    const PlannedRequest request = workload.next();
    ++cuts[request.cut];
    fixed += request.kind == PlannedRequest::Kind::Fixed ? 1 : 0;
  }
  EXPECT_EQ(fixed, 500);
  EXPECT_EQ(cuts[PlannedRequest::Cut::WhileSending], 25);
  EXPECT_EQ(cuts[PlannedRequest::Cut::WhileReceiving], 25);
}

TEST(CouponUse, SharesOfTheCouponsAreExactAndNoCouponIsUsedAndCancelled) {
  Plan plan = plan_for_tests();
  plan.use = 600'000;
  plan.cancel = 400'000;
  CouponUse coupon_use(plan);
  std::map<CouponCommand::Kind, int> commands;
  for (int sequence = 1; sequence <= 1'000; ++sequence) {
    const auto command = coupon_use.next({.policy = 3, .user = UserId{42}}, sequence);
    if (!command) continue;
    EXPECT_EQ(command->kind, PlannedRequest::Kind::Command);
    EXPECT_EQ(command->policy, 3);
    EXPECT_EQ(command->user, UserId{42});
    EXPECT_EQ(command->sequence, sequence);
    ++commands[command->command];
  }
  EXPECT_EQ(commands[CouponCommand::Kind::Use], 600);
  EXPECT_NEAR(commands[CouponCommand::Kind::Cancel], 400, 1) << "the last one may be put off";
}

TEST(RequestText, ACommandNamesTheCouponAndTheOrder) {
  Plan plan = plan_for_tests();
  plan.credential = "secret";
  RequestText text(plan);
  EXPECT_EQ(
      text.write({.kind = PlannedRequest::Kind::Command,
                  .user = UserId{42},
                  .command = CouponCommand::Kind::Cancel,
                  .order = 2,
                  .sequence = 17},
                 0),
      "POST /v1/policies/1/coupons/17/cancel HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer secret\r\n"
      "Content-Type: application/json\r\nContent-Length: 28\r\n\r\n{\"reference\":\"bench-1-17-2\"}");
}

}  // namespace
}  // namespace firstcome::load
