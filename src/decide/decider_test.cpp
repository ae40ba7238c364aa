#include "decide/decider.h"

#include <gtest/gtest.h>

#include "domain/home.h"
#include "test/kits/decide/scenario_runner.h"

namespace firstcome::decide {
namespace {

class OnePartition : public testing::Test {
 protected:
  void run(std::string_view scenario) { EXPECT_EQ(scenario_.run(scenario), ""); }

  Decider decider_{0, 1};
  ScenarioRunner scenario_{decider_};
};

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

TEST_F(OnePartition, APausedPolicyIssuesNothingUntilItIsResumed) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    pause 7           -> ACCEPTED
    user 1 wants 7    -> ALREADY_ISSUED 1
    user 2 wants 7    -> PAUSED
    resume 7          -> ACCEPTED
    user 2 wants 7    -> SUCCESS 2
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

TEST_F(OnePartition, AClosedPolicyRemainsClosedForAllUsers) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    close 7           -> ACCEPTED
    user 1 wants 7    -> CLOSED
    user 2 wants 7    -> CLOSED
    resume 7          -> CLOSED
    change 7 max 20   -> CLOSED
    close 7           -> CLOSED
    create 7 max 9    -> EXISTS
  )");
}

TEST_F(OnePartition, AForgottenPolicyIsStillClosed) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    close 7           -> ACCEPTED
  )");
  const Changes saved = decider_.take_changes();
  const std::uint64_t hash = decider_.hash();
  decider_.forget_closed(PolicyId{7});
  EXPECT_EQ(decider_.hash(), hash);
  EXPECT_EQ(decider_.find(PolicyId{7}), nullptr);
  EXPECT_TRUE(decider_.policies().empty());
  EXPECT_EQ(decider_.highest_policy(), PolicyId{7});

  Decider loaded{0, 1};
  loaded.load(saved.state);
  for (const Policy& policy : saved.policies) loaded.load(policy);
  loaded.forget_closed(PolicyId{7});
  EXPECT_TRUE(loaded.loaded_well());
  run(R"(
    user 1 wants 7    -> CLOSED
    resume 7          -> CLOSED
    close 7           -> CLOSED
    create 7 max 9    -> EXISTS
    create 8 max 9    -> ACCEPTED
  )");
}

TEST_F(OnePartition, AHigherStockIssuesToTheNextRequests) {
  run(R"(
    create 7 max 1    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SOLD_OUT
    change 7 max 2    -> ACCEPTED
    user 3 wants 7    -> SUCCESS 2
    user 2 wants 7    -> SOLD_OUT
  )");
}

TEST_F(OnePartition, TheStockCannotBeBelowTheIssuedCoupons) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SUCCESS 2
    change 7 max 1    -> REFUSED
    change 7 max 2    -> ACCEPTED
    user 3 wants 7    -> SOLD_OUT
  )");
}

TEST_F(OnePartition, EveryAcceptedCommandRaisesTheRevisionAndAnOldRevisionIsStale) {
  run(R"(
    create 7 max 9          -> ACCEPTED
    change 7 max 8 if 1     -> ACCEPTED
    change 7 max 7 if 1     -> STALE
    pause 7 if 2            -> ACCEPTED
    resume 7 if 2           -> STALE
    close 7 if 3            -> ACCEPTED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 4);
  EXPECT_EQ(decider_.find(PolicyId{7})->max_count, 8);
}

TEST_F(OnePartition, ARefusedCommandChangesNothing) {
  run("create 7 max 9 from 2000 until 3000 -> ACCEPTED");
  const Policy before = *decider_.find(PolicyId{7});
  const std::uint64_t hash = decider_.hash();
  run(R"(
    change 7 max 0              -> REFUSED
    change 7 max 5 until 1000   -> REFUSED
    change 7 limit 2            -> REFUSED
    create 8                    -> REFUSED
    create 8 max 1 from 5 until 5 -> REFUSED
    change 9 max 1              -> UNKNOWN_POLICY
  )");
  EXPECT_EQ(*decider_.find(PolicyId{7}), before);
  EXPECT_EQ(decider_.find(PolicyId{8}), nullptr);
  EXPECT_EQ(decider_.hash(), hash);
}

TEST_F(OnePartition, ACommandThatChangesNothingIsUnchangedAndIsNotStored) {
  run("create 7 max 9 from 500 -> ACCEPTED");
  decider_.take_changes();
  const std::uint64_t hash = decider_.hash();
  run(R"(
    resume 7                      -> UNCHANGED
    change 7 max 9                -> UNCHANGED
    change 7 name p7 from 500     -> UNCHANGED
    change 7                      -> UNCHANGED
    resume 7 if 2                 -> STALE        # comes before every other result
    change 7 max 9 limit 2        -> REFUSED
  )");
  EXPECT_EQ(decider_.hash(), hash);
  EXPECT_TRUE(decider_.take_changes().policy_changes.empty());
  run(R"(
    pause 7                       -> ACCEPTED
    pause 7                       -> UNCHANGED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 2);
}

/// A producer that gets no acknowledgement appends the record again. The second copy must not undo the
/// records between the two.
TEST_F(OnePartition, TheSecondCopyOfACommandIsStale) {
  run(R"(
    create 7 max 9        -> ACCEPTED
    pause 7 if 1          -> ACCEPTED
    resume 7 if 2         -> ACCEPTED
    pause 7 if 1          -> STALE
    resume 7 if 2         -> STALE
    change 7 max 5 if 3   -> ACCEPTED
    change 7 max 9 if 4   -> ACCEPTED
    change 7 max 5 if 3   -> STALE
    create 7 max 9        -> EXISTS
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->state, PolicyState::Active);
  EXPECT_EQ(decider_.find(PolicyId{7})->max_count, 9);
}

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

TEST_F(OnePartition, AWindowCanBeRemoved) {
  run(R"(
    create 7 max 9 until 500   -> ACCEPTED
    user 1 wants 7             -> ENDED
    change 7 until never       -> ACCEPTED
    user 1 wants 7             -> SUCCESS 1
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

TEST_F(OnePartition, AnImportedPolicyContinuesAfterTheImportedCoupons) {
  run(R"(
    create 7 max 4 importing                                     -> ACCEPTED
    import 7 first 1 users 30@500,10@501                         -> ACCEPTED
    user 30 wants 7                                              -> ALREADY_ISSUED 1
    user 50 wants 7                                              -> PAUSED
    import 7 first 3 users 20@501 total 30@500,10@501,20@501     -> ACCEPTED
    user 50 wants 7                                              -> SUCCESS 4
    user 20 wants 7                                              -> ALREADY_ISSUED 3
    user 51 wants 7                                              -> SOLD_OUT
  )");
  EXPECT_EQ(decider_.find(PolicyId{7}, UserId{10})->issued_at, from_millis(501));
  EXPECT_EQ(decider_.find(PolicyId{7})->state, PolicyState::Active);
  // Only the last chunk opens the policy, raises the revision and is stored in the history.
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 2);
  EXPECT_EQ(decider_.take_changes().policy_changes.size(), 2U);
}

TEST_F(OnePartition, AChunkThatIsSentTwiceIsAcceptedOnce) {
  run(R"(
    create 7 max 4 importing           -> ACCEPTED
    import 7 first 1 users 1@500       -> ACCEPTED
    import 7 first 1 users 1@500       -> REFUSED
    import 7 first 3 users 2@500       -> REFUSED
    import 7 first 2 users 2@500       -> ACCEPTED
  )");
}

TEST_F(OnePartition, AChunkIsAcceptedCompletelyOrNotAtAll) {
  run(R"(
    create 7 max 3 importing           -> ACCEPTED
    import 7 first 1 users 1@500       -> ACCEPTED
    import 7 first 2 users 2@500,1@501 -> REFUSED    # user 1 has a coupon already
    import 7 first 2 users 2@500,2@501 -> REFUSED    # twice in the chunk
    import 7 first 2 users 2@1,3@1,4@1 -> REFUSED    # more than the stock
    import 7 first 2                   -> REFUSED    # empty
    user 2 wants 7                     -> PAUSED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->issued_count, 1);
}

TEST_F(OnePartition, AnImportEndsOnlyWithTheCorrectTotal) {
  run(R"(
    create 7 max 3 importing                        -> ACCEPTED
    import 7 first 1 users 1@500,2@500              -> ACCEPTED
    import 7 first 3 total 1@500                    -> REFUSED   # count
    import 7 first 3 total 2@500,1@500              -> REFUSED   # order
    import 7 first 3 total 1@500,2@501              -> REFUSED   # a time
    import 7 first 3 users 3@9 total 1@500,2@500    -> REFUSED
    import 7 first 3 total 1@500,2@500 paused       -> ACCEPTED
    user 3 wants 7                                  -> PAUSED
    resume 7                                        -> ACCEPTED
    user 3 wants 7                                  -> SUCCESS 3
    import 7 first 4 users 4@500                    -> REFUSED
  )");
}

TEST_F(OnePartition, APolicyBeingImportedCanOnlyBeClosed) {
  run(R"(
    create 7 max 3 importing     -> ACCEPTED
    pause 7                      -> REFUSED
    resume 7                     -> REFUSED
    change 7 max 9               -> REFUSED
    import 7 first 1 users 1@500 if 9 -> STALE
    close 7                      -> ACCEPTED
    import 7 first 1 users 1@500 -> CLOSED
    import 8 first 1 users 1@500 -> UNKNOWN_POLICY
    create 8 max 3               -> ACCEPTED
    import 8 first 1 users 1@500 -> REFUSED
  )");
}

TEST_F(OnePartition, AnEmptyImportOpensThePolicy) {
  run(R"(
    create 7 max 1 importing     -> ACCEPTED
    import 7 first 1 total       -> ACCEPTED
    user 1 wants 7               -> SUCCESS 1
  )");
}

TEST_F(OnePartition, TheHistoryHasTheNumberOfCouponsOfTheLastChunkButNotTheCoupons) {
  run(R"(
    create 7 max 9 importing                             -> ACCEPTED
    import 7 first 1 users 1@500,2@500 total 1@500,2@500 -> ACCEPTED
  )");
  const Changes changes = decider_.take_changes();
  ASSERT_EQ(changes.policy_changes.size(), 2U);
  EXPECT_TRUE(changes.policy_changes[1].command.chunk.coupons.empty());
  EXPECT_EQ(changes.policy_changes[1].command.chunk.left_out, 2);
  ASSERT_EQ(changes.coupons.size(), 2U);
  EXPECT_EQ(changes.coupons[1].offset, 1) << "the offset of the record that contains the coupon";
  EXPECT_EQ(changes.coupons[1].issued_at, from_millis(500));
}

}  // namespace
}  // namespace firstcome::decide
