#include "decide/commands.h"

#include "decide/decider_test.h"

namespace firstcome::decide {
namespace {

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

TEST_F(OnePartition, AClosedPolicyRemainsClosedForAllUsers) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    close 7           -> ACCEPTED
    user 1 wants 7    -> CLOSED
    user 2 wants 7    -> CLOSED
    resume 7          -> CLOSED
    resume 7 if 1     -> CLOSED
    change 7 max 20   -> CLOSED
    close 7           -> UNCHANGED
    close 7 if 1      -> UNCHANGED      # the revision no longer matters
    create 7 max 9    -> EXISTS
  )");
}

TEST_F(OnePartition, AForgottenPolicyIsStillClosed) {
  run(R"(
    create 7 max 9 validuntil 3000    -> ACCEPTED
    user 1 wants 7    -> SUCCESS 1
    close 7           -> ACCEPTED
    clock 2999
    user 1 wants 7    -> CLOSED
  )");
  EXPECT_TRUE(decider_.take_over().empty());
  run(R"(
    clock 3000
    user 1 wants 7    -> CLOSED
  )");
  EXPECT_EQ(decider_.take_over(), std::vector{PolicyId{7}});
  const Changes saved = decider_.take_changes();
  const std::uint64_t hash = decider_.hash();
  decider_.forget(PolicyId{7});
  EXPECT_EQ(decider_.hash(), hash);
  EXPECT_EQ(decider_.find(PolicyId{7}), nullptr);
  EXPECT_TRUE(decider_.policies().empty());
  EXPECT_EQ(decider_.highest_policy(), PolicyId{7});

  Decider loaded{0, 1};
  loaded.load(saved.state);
  for (const Policy& policy : saved.policies) loaded.load(policy);
  EXPECT_EQ(loaded.take_over(), std::vector{PolicyId{7}});
  loaded.forget(PolicyId{7});
  EXPECT_TRUE(loaded.loaded_well());
  run(R"(
    user 1 wants 7    -> CLOSED
    resume 7          -> CLOSED
    close 7           -> UNCHANGED
    close 7 if 1      -> UNCHANGED
    use 7 1 by a      -> EXPIRED
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
    change 7 limit 0            -> REFUSED
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
    change 7 max 9 limit 1001     -> REFUSED
  )");
  EXPECT_EQ(decider_.hash(), hash);
  EXPECT_TRUE(decider_.take_changes().policy_changes.empty());
  run(R"(
    pause 7                       -> ACCEPTED
    pause 7                       -> UNCHANGED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->revision, 2);
}

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

TEST_F(OnePartition, AWindowCanBeRemoved) {
  run(R"(
    create 7 max 9 until 500   -> ACCEPTED
    user 1 wants 7             -> ENDED
    change 7 until never       -> ACCEPTED
    user 1 wants 7             -> SUCCESS 1
  )");
}

TEST_F(OnePartition, OnlyListedUsersGetACouponOfAPolicyWithAList) {
  run(R"(
    create 7 max 9 listed            -> ACCEPTED
    user 42 wants 7                  -> NOT_ELIGIBLE
    list 7 first 2 users 42          -> REFUSED
    list 7 first 1 users 42,43       -> ACCEPTED
    list 7 first 1 users 42,43       -> UNCHANGED    # a second copy
    list 7 first 2 users 43,44       -> REFUSED      # it overlaps
    user 42 wants 7                  -> SUCCESS 1
    user 44 wants 7                  -> NOT_ELIGIBLE
    list 7 first 3 users 43,44,44    -> ACCEPTED     # also while the policy issues
    user 44 wants 7                  -> SUCCESS 2
    user 44 wants 7                  -> ALREADY_ISSUED 2
    list 7 first 6 users 45 if 9     -> STALE
    close 7                          -> ACCEPTED
    list 7 first 6 users 45          -> CLOSED
    list 8 first 1 users 45          -> UNKNOWN_POLICY
    create 8 max 9                   -> ACCEPTED
    list 8 first 1 users 45          -> REFUSED      # it is for everyone
    create 9 max 9 listed importing  -> REFUSED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->listed_count, 5);
  const Changes changes = decider_.take_changes();
  ASSERT_EQ(changes.listed.size(), 3U);  // each user once
  EXPECT_EQ(changes.listed[2], (ListedUser{PolicyId{7}, UserId{44}, 4, 8}));
}

}  // namespace
}  // namespace firstcome::decide
