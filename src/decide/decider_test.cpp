#include "decide/decider.h"

#include "decide/decider_test.h"
#include "domain/home.h"

namespace firstcome::decide {
namespace {

TEST_F(OnePartition, IssuesCouponsInOrderUntilTheStockIsUsedUp) {
  run(R"(
    create 7 max 2    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 43 wants 7   -> SUCCESS 2
    user 44 wants 7   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, SecondRequestOfAUserGetsTheFirstOnesSequence) {
  run(R"(
    create 7 max 2    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 42 wants 7   -> ALREADY_ISSUED 1
    user 43 wants 7   -> SUCCESS 2
    user 42 wants 7   -> ALREADY_ISSUED 1   # also once it is sold out
    user 44 wants 7   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, PoliciesAreIndependent) {
  run(R"(
    create 7 max 1    -> ACCEPTED
    create 8 max 1    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 42 wants 8   -> SUCCESS 1
    user 42 wants 9   -> UNKNOWN_POLICY
  )");
}

TEST_F(OnePartition, AWindowIncludesItsStartAndExcludesItsEnd) {
  run(R"(
    create 7 max 9 from 2000 until 3000   -> ACCEPTED
    clock 1999
    user 1 wants 7    -> NOT_STARTED
    clock 2000
    user 1 wants 7    -> SUCCESS 1
    clock 2999
    user 2 wants 7    -> SUCCESS 2
    clock 3000
    user 3 wants 7    -> ENDED
    user 1 wants 7    -> ALREADY_ISSUED 1
  )");
}

TEST_F(OnePartition, TheClockNeverRunsBackwards) {
  run(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    clock 3000
    user 1 wants 7    -> ENDED
    clock 2000
    user 1 wants 7    -> ENDED
  )");
  EXPECT_EQ(decider_.clock(), from_millis(3000));
}

TEST_F(OnePartition, TheClockOfASenderIsIgnored) {
  run(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    sender clock 9999
    user 1 wants 7    -> SUCCESS 1
  )");
  EXPECT_EQ(decider_.clock(), from_millis(1000));
}

TEST_F(OnePartition, EveryRecordMovesTheClockAlsoAnUndecodableOne) {
  run(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    clock 3000
    garbage           -> INVALID
    clock 2500
    user 1 wants 7    -> ENDED
  )");
}

TEST_F(OnePartition, EvaluatesTheWindowBeforeThePauseAndThePauseBeforeTheStock) {
  run(R"(
    create 7 max 1 from 2000   -> ACCEPTED
    pause 7           -> ACCEPTED
    user 1 wants 7    -> NOT_STARTED
    clock 2000
    user 1 wants 7    -> PAUSED
    resume 7          -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    pause 7           -> ACCEPTED
    user 2 wants 7    -> PAUSED
  )");
}

/// A producer that gets no acknowledgement appends the record again. The second copy must not undo the
/// records between the two.

TEST_F(OnePartition, TheSecondCopyOfARequestIsAnsweredWithTheSameCoupon) {
  run(R"(
    create 7 max 9             -> ACCEPTED
    user 1 wants 7             -> SUCCESS 1
    user 1 wants 7             -> ALREADY_ISSUED 1
    user 1 wants 7 ordinal 1   -> ALREADY_ISSUED 1
    user 1 wants 7 ordinal 2   -> ALREADY_ISSUED 1   # the limit per user is 1
  )");
}

TEST_F(OnePartition, AnOrdinalAboveTheUsersNextOneIsRefusedOnlyWhileThePolicyIssues) {
  run(R"(
    create 7 max 1 from 2000   -> ACCEPTED
    user 1 wants 7 ordinal 2   -> NOT_STARTED
    clock 2000
    user 1 wants 7 ordinal 2   -> REFUSED
    user 1 wants 7             -> SUCCESS 1
    user 2 wants 7 ordinal 2   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, UnsupportedRulesStopTheDecider) {
  run("rules 1 -> RULES");
  const std::uint64_t hash = decider_.hash();
  Record record{.offset = 1, .appended_at = from_millis(5000), .content = RulesChange{kNewestRules + 1}};
  EXPECT_THROW(decider_.apply(record), UnsupportedRules);
  EXPECT_EQ(decider_.hash(), hash) << "no part of the state changes, also not the clock";
}

TEST_F(OnePartition, ARecordForwardedTwiceCountsOnce) {
  run(R"(
    create 7 max 9             -> ACCEPTED
    user 1 wants 7 from 2:10   -> SUCCESS 1
    user 2 wants 7 from 2:11   -> SUCCESS 2
    user 1 wants 7 from 2:10   -> DUPLICATE
    user 2 wants 7 from 2:11   -> DUPLICATE
    user 3 wants 7 from 1:5    -> SUCCESS 3   # each origin partition has its own mark
    user 4 wants 7 from 2:12   -> SUCCESS 4
  )");
}

TEST_F(OnePartition, ARefusedRequestRaisesTheOriginMarkToo) {
  run(R"(
    user 1 wants 7 from 2:10   -> UNKNOWN_POLICY
    create 7 max 9             -> ACCEPTED
    user 1 wants 7 from 2:10   -> DUPLICATE
  )");
}

TEST(ThreePartitions, ARecordOfAnotherPartitionIsForwardedOnlyOnce) {
  const PolicyId at_home{1};
  const Partition here = home(at_home, 3);
  PolicyId elsewhere{2};
  while (home(elsewhere, 3) == here) ++elsewhere.value;
  Decider decider{here, 3};
  ScenarioRunner scenario{decider};
  const std::string other = std::to_string(elsewhere.value);
  EXPECT_EQ(scenario.run("create 1 max 1 -> ACCEPTED"), "");
  EXPECT_EQ(scenario.run("create " + other + " max 1 -> FORWARDED"), "");
  EXPECT_EQ(scenario.run("user 1 wants " + other + " -> FORWARDED"), "");
  EXPECT_EQ(scenario.run("user 1 wants " + other + " from 0:1 -> INVALID"), "");
  EXPECT_EQ(decider.find(elsewhere), nullptr);
}

TEST(APartitionAddedLater, IsTheHomeOfNoPolicy) {
  Decider decider{3, 3};
  ScenarioRunner scenario{decider};
  for (int policy = 1; policy <= 50; ++policy) {
    EXPECT_EQ(scenario.run("user 1 wants " + std::to_string(policy) + " -> FORWARDED"), "");
  }
}

TEST_F(OnePartition, TakeChangesReturnsEachChangeOnce) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    create 8 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SUCCESS 2
  )");
  const Changes first = decider_.take_changes();
  EXPECT_EQ(first.policies.size(), 2U);
  EXPECT_EQ(first.policy_changes.size(), 2U);
  ASSERT_EQ(first.coupons.size(), 2U);
  EXPECT_EQ(first.coupons[1], (Coupon{PolicyId{7}, 2, UserId{2}, 1, from_millis(1000), 3}));
  run("user 2 wants 7 -> ALREADY_ISSUED 2");
  const Changes second = decider_.take_changes();
  EXPECT_TRUE(second.policies.empty() && second.coupons.empty() && second.policy_changes.empty());
}

TEST_F(OnePartition, FrozenOwnersDoNotChange) {
  run(R"(
    create 7 max 2    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SUCCESS 2
  )");
  const auto frozen = decider_.freeze_owners(PolicyId{7});
  run(R"(
    change 7 max 3    -> ACCEPTED
    user 3 wants 7    -> SUCCESS 3
    user 1 wants 7    -> ALREADY_ISSUED 1
    user 3 wants 7    -> ALREADY_ISSUED 3
  )");
  EXPECT_TRUE(frozen->find(UserId{1}));
  EXPECT_FALSE(frozen->find(UserId{3}));
  EXPECT_TRUE(decider_.freeze_owners(PolicyId{7})->find(UserId{3}));
}

}  // namespace
}  // namespace firstcome::decide
