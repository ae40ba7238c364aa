#include "decide/import_rules.h"

#include "decide/decider_test.h"

namespace firstcome::decide {
namespace {

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
