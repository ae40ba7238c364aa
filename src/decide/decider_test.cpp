#include "decide/decider.h"

#include <gtest/gtest.h>

#include "domain/home.h"
#include "test/kits/decide/scenario_runner.h"

namespace firstcome::decide {
namespace {

class OnePartition : public testing::Test {
 protected:
  void tell(std::string_view scenario) { EXPECT_EQ(scenario_.tell(scenario), ""); }

  Decider decider_{0, 1};
  ScenarioRunner scenario_{decider_};
};

TEST_F(OnePartition, CouponsGoToThoseWhoComeFirstUntilNoneIsLeft) {
  tell(R"(
    create 7 max 2    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 43 wants 7   -> SUCCESS 2
    user 44 wants 7   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, SecondRequestOfAUserGetsTheFirstOnesSequence) {
  tell(R"(
    create 7 max 2    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 42 wants 7   -> ALREADY_ISSUED 1
    user 43 wants 7   -> SUCCESS 2
    user 42 wants 7   -> ALREADY_ISSUED 1   # also once it is sold out
    user 44 wants 7   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, PoliciesDoNotKnowOfEachOther) {
  tell(R"(
    create 7 max 1    -> ACCEPTED
    create 8 max 1    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
    user 42 wants 8   -> SUCCESS 1
    user 42 wants 9   -> UNKNOWN_POLICY
  )");
}

TEST_F(OnePartition, AWindowBeginsAtItsStartAndIsOverAtItsEnd) {
  tell(R"(
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
  tell(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    clock 3000
    user 1 wants 7    -> ENDED
    clock 2000
    user 1 wants 7    -> ENDED
  )");
  EXPECT_EQ(decider_.clock(), from_millis(3000));
}

TEST_F(OnePartition, ASendersClockCountsForNothing) {
  tell(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    sender clock 9999
    user 1 wants 7    -> SUCCESS 1
  )");
  EXPECT_EQ(decider_.clock(), from_millis(1000));
}

TEST_F(OnePartition, EveryRecordMovesTheClockEvenGarbage) {
  tell(R"(
    create 7 max 9 until 3000   -> ACCEPTED
    clock 3000
    garbage           -> INVALID
    clock 2500
    user 1 wants 7    -> ENDED
  )");
}

TEST_F(OnePartition, APausedPolicyIssuesNothingUntilItIsResumed) {
  tell(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    pause 7           -> ACCEPTED
    user 1 wants 7    -> ALREADY_ISSUED 1
    user 2 wants 7    -> PAUSED
    resume 7          -> ACCEPTED
    user 2 wants 7    -> SUCCESS 2
  )");
}

TEST_F(OnePartition, TheWindowIsJudgedBeforeThePauseAndThePauseBeforeTheStock) {
  tell(R"(
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

TEST_F(OnePartition, AClosedPolicyIsClosedForEverAndForEverybody) {
  tell(R"(
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

TEST_F(OnePartition, AClosedPolicyOfWhichTheIdIsLeftIsClosedAllTheSame) {
  tell(R"(
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
  tell(R"(
    user 1 wants 7    -> CLOSED
    resume 7          -> CLOSED
    close 7           -> CLOSED
    create 7 max 9    -> EXISTS
    create 8 max 9    -> ACCEPTED
  )");
}

TEST_F(OnePartition, RaisingTheStockLetsTheNextOnesIn) {
  tell(R"(
    create 7 max 1    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SOLD_OUT
    change 7 max 2    -> ACCEPTED
    user 3 wants 7    -> SUCCESS 2
    user 2 wants 7    -> SOLD_OUT
  )");
}

TEST_F(OnePartition, TheStockCannotGoBelowWhatIsIssued) {
  tell(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SUCCESS 2
    change 7 max 1    -> REFUSED
    change 7 max 2    -> ACCEPTED
    user 3 wants 7    -> SOLD_OUT
  )");
}

TEST_F(OnePartition, EveryAcceptedCommandRaisesTheRevisionAndAStaleOneIsTurnedAway) {
  tell(R"(
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
  tell("create 7 max 9 from 2000 until 3000 -> ACCEPTED");
  const Policy before = *decider_.find(PolicyId{7});
  const std::uint64_t hash = decider_.hash();
  tell(R"(
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

TEST_F(OnePartition, ACommandThatChangesNothingIsUnchangedAndLeavesNoTrace) {
  tell("create 7 max 9 from 500 -> ACCEPTED");
  decider_.take_changes();
  const std::uint64_t hash = decider_.hash();
  tell(R"(
    resume 7                      -> UNCHANGED
    change 7 max 9                -> UNCHANGED
    change 7 name p7 from 500     -> UNCHANGED
    change 7                      -> UNCHANGED
    resume 7 if 2                 -> STALE        # before anything else
    change 7 max 9 limit 2        -> REFUSED
  )");
  EXPECT_EQ(decider_.hash(), hash);
  EXPECT_TRUE(decider_.take_changes().policy_changes.empty());
  tell(R"(
    pause 7                       -> ACCEPTED
    pause 7                       -> UNCHANGED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 2);
}

/// A producer appends again what it does not know to be there; the second copy must not undo what came
/// between.
TEST_F(OnePartition, TheSecondCopyOfACommandIsStale) {
  tell(R"(
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
  tell(R"(
    create 7 max 9             -> ACCEPTED
    user 1 wants 7             -> SUCCESS 1
    user 1 wants 7             -> ALREADY_ISSUED 1
    user 1 wants 7 ordinal 1   -> ALREADY_ISSUED 1
    user 1 wants 7 ordinal 2   -> ALREADY_ISSUED 1   # at the limit of one
  )");
}

TEST_F(OnePartition, AnOrdinalBeyondTheUsersNextOneIsRefusedOnlyWhereACouponIsToBeHad) {
  tell(R"(
    create 7 max 1 from 2000   -> ACCEPTED
    user 1 wants 7 ordinal 2   -> NOT_STARTED
    clock 2000
    user 1 wants 7 ordinal 2   -> REFUSED
    user 1 wants 7             -> SUCCESS 1
    user 2 wants 7 ordinal 2   -> SOLD_OUT
  )");
}

TEST_F(OnePartition, AWindowCanBeTakenAway) {
  tell(R"(
    create 7 max 9 until 500   -> ACCEPTED
    user 1 wants 7             -> ENDED
    change 7 until never       -> ACCEPTED
    user 1 wants 7             -> SUCCESS 1
  )");
}

TEST_F(OnePartition, NewerRulesStopADeciderThatDoesNotKnowThem) {
  tell("rules 1 -> RULES");
  const std::uint64_t hash = decider_.hash();
  Record record{.offset = 1, .appended_at = from_millis(5000), .content = RulesChange{kNewestRules + 1}};
  EXPECT_THROW(decider_.apply(record), UnsupportedRules);
  EXPECT_EQ(decider_.hash(), hash) << "and nothing has changed, the clock neither";
}

TEST_F(OnePartition, ARecordForwardedTwiceCountsOnce) {
  tell(R"(
    create 7 max 9             -> ACCEPTED
    user 1 wants 7 from 2:10   -> SUCCESS 1
    user 2 wants 7 from 2:11   -> SUCCESS 2
    user 1 wants 7 from 2:10   -> DUPLICATE
    user 2 wants 7 from 2:11   -> DUPLICATE
    user 3 wants 7 from 1:5    -> SUCCESS 3   # each source has its own mark
    user 4 wants 7 from 2:12   -> SUCCESS 4
  )");
}

TEST_F(OnePartition, AMarkStandsEvenForARequestThatIsRefused) {
  tell(R"(
    user 1 wants 7 from 2:10   -> UNKNOWN_POLICY
    create 7 max 9             -> ACCEPTED
    user 1 wants 7 from 2:10   -> DUPLICATE
  )");
}

TEST(ThreePartitions, ARecordOfAnotherPartitionIsForwardedButNotForEver) {
  const PolicyId at_home{1};
  const Partition here = home(at_home, 3);
  PolicyId elsewhere{2};
  while (home(elsewhere, 3) == here) ++elsewhere.value;
  Decider decider{here, 3};
  ScenarioRunner scenario{decider};
  const std::string other = std::to_string(elsewhere.value);
  EXPECT_EQ(scenario.tell("create 1 max 1 -> ACCEPTED"), "");
  EXPECT_EQ(scenario.tell("create " + other + " max 1 -> FORWARDED"), "");
  EXPECT_EQ(scenario.tell("user 1 wants " + other + " -> FORWARDED"), "");
  EXPECT_EQ(scenario.tell("user 1 wants " + other + " from 0:1 -> INVALID"), "");
  EXPECT_EQ(decider.find(elsewhere), nullptr);
}

TEST(APartitionAddedLater, IsHomeToNothing) {
  Decider decider{3, 3};
  ScenarioRunner scenario{decider};
  for (int policy = 1; policy <= 50; ++policy) {
    EXPECT_EQ(scenario.tell("user 1 wants " + std::to_string(policy) + " -> FORWARDED"), "");
  }
}

TEST_F(OnePartition, WhatChangedIsTakenOnceAndOnceEach) {
  tell(R"(
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
  tell("user 2 wants 7 -> ALREADY_ISSUED 2");
  const Changes second = decider_.take_changes();
  EXPECT_TRUE(second.policies.empty() && second.coupons.empty() && second.policy_changes.empty());
}

TEST_F(OnePartition, HandedOverHoldingsStayAsTheyWere) {
  tell(R"(
    create 7 max 2    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    user 2 wants 7    -> SUCCESS 2
  )");
  const auto handed_over = decider_.freeze_owners(PolicyId{7});
  tell(R"(
    change 7 max 3    -> ACCEPTED
    user 3 wants 7    -> SUCCESS 3
    user 1 wants 7    -> ALREADY_ISSUED 1
    user 3 wants 7    -> ALREADY_ISSUED 3
  )");
  EXPECT_TRUE(handed_over->find(UserId{1}));
  EXPECT_FALSE(handed_over->find(UserId{3}));
  EXPECT_TRUE(decider_.freeze_owners(PolicyId{7})->find(UserId{3}));
}

TEST_F(OnePartition, AnImportedPolicyGoesOnBehindTheCouponsIssuedElsewhere) {
  tell(R"(
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
  // Only the last chunk opens the policy, and only it raises the revision and is kept in the history.
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 2);
  EXPECT_EQ(decider_.take_changes().policy_changes.size(), 2U);
}

TEST_F(OnePartition, AChunkWhoseAnswerWasLostMayBeSentAgain) {
  tell(R"(
    create 7 max 4 importing           -> ACCEPTED
    import 7 first 1 users 1@500       -> ACCEPTED
    import 7 first 1 users 1@500       -> REFUSED
    import 7 first 3 users 2@500       -> REFUSED
    import 7 first 2 users 2@500       -> ACCEPTED
  )");
}

TEST_F(OnePartition, AChunkIsTakenWholeOrNotAtAll) {
  tell(R"(
    create 7 max 3 importing           -> ACCEPTED
    import 7 first 1 users 1@500       -> ACCEPTED
    import 7 first 2 users 2@500,1@501 -> REFUSED    # holds one already
    import 7 first 2 users 2@500,2@501 -> REFUSED    # twice in the chunk
    import 7 first 2 users 2@1,3@1,4@1 -> REFUSED    # more than the stock
    import 7 first 2                   -> REFUSED    # nothing in it
    user 2 wants 7                     -> PAUSED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->issued_count, 1);
}

TEST_F(OnePartition, AnImportEndsOnlyWithTheTotalOfWhatCameIn) {
  tell(R"(
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
  tell(R"(
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

TEST_F(OnePartition, AnImportOfNothingIsJustOpened) {
  tell(R"(
    create 7 max 1 importing     -> ACCEPTED
    import 7 first 1 total       -> ACCEPTED
    user 1 wants 7               -> SUCCESS 1
  )");
}

TEST_F(OnePartition, TheHistoryKeepsHowManyCouponsTheLastChunkHadAndNotTheCoupons) {
  tell(R"(
    create 7 max 9 importing                             -> ACCEPTED
    import 7 first 1 users 1@500,2@500 total 1@500,2@500 -> ACCEPTED
  )");
  const Changes changes = decider_.take_changes();
  ASSERT_EQ(changes.policy_changes.size(), 2U);
  EXPECT_TRUE(changes.policy_changes[1].command.chunk.coupons.empty());
  EXPECT_EQ(changes.policy_changes[1].command.chunk.left_out, 2);
  ASSERT_EQ(changes.coupons.size(), 2U);
  EXPECT_EQ(changes.coupons[1].offset, 1) << "of the record they came in";
  EXPECT_EQ(changes.coupons[1].issued_at, from_millis(500));
}

}  // namespace
}  // namespace firstcome::decide
