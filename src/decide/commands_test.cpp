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

TEST_F(OnePartition, ImportedCodesBoundMaxCountAndTheCouponWithSequenceNHasTheNthCode) {
  run(R"(
    create 7 max 1 imported           -> REFUSED      # there is no code yet
    create 7 max 0 imported           -> ACCEPTED
    user 42 wants 7                   -> SOLD_OUT
    codes 7 first 2 codes A1          -> REFUSED
    codes 7 first 1 codes A1,B2,A1    -> REFUSED      # all or none
    codes 7 first 1 codes A1,B2       -> ACCEPTED
    codes 7 first 1 codes A1,B2       -> UNCHANGED    # a second copy
    codes 7 first 2 codes B2          -> UNCHANGED
    codes 7 first 1 codes A1,C3       -> REFUSED      # other codes
    codes 7 first 2 codes B2,C3       -> REFUSED      # it overlaps
    codes 7 first 3 codes B2          -> REFUSED
    change 7 max 3                    -> REFUSED
    change 7 max 2 return             -> REFUSED      # a code is not given twice
    change 7 max 2                    -> ACCEPTED
    user 42 wants 7                   -> SUCCESS 1
    user 43 wants 7                   -> SUCCESS 2
    user 44 wants 7                   -> SOLD_OUT
    cancel 7 1 by mistake             -> ACCEPTED 1
    user 44 wants 7                   -> SOLD_OUT
    codes 7 first 3 codes C3,D4 if 9  -> STALE
    codes 7 first 3 codes C3,D4       -> ACCEPTED     # a second list, while the policy issues
    change 7 max 3                    -> ACCEPTED
    user 44 wants 7                   -> SUCCESS 3
    close 7                           -> ACCEPTED
    codes 7 first 5 codes E5          -> CLOSED
    codes 8 first 1 codes A1          -> UNKNOWN_POLICY
    create 8 max 9                    -> ACCEPTED
    codes 8 first 1 codes A1          -> REFUSED      # its codes are not imported
    create 9 max 0 imported importing -> REFUSED
    create 9 max 0                    -> REFUSED
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->code_count, 4);
  EXPECT_EQ(decider_.find(PolicyId{7})->on_cancel, OnCancel::Keep);
  const auto codes = decider_.imported_codes(PolicyId{7});
  EXPECT_EQ(codes->code_of(3), "C3");
  EXPECT_EQ(codes->find("D4"), 4);
  EXPECT_EQ(decider_.imported_codes(PolicyId{8}), nullptr);
  const Changes changes = decider_.take_changes();
  ASSERT_EQ(changes.imported_codes.size(), 4U);
  EXPECT_EQ(changes.imported_codes[2], (ImportedCode{PolicyId{7}, 3, "C3", 20}));
}

TEST_F(OnePartition, ARepeatedCodeIsNamedByItsNumber) {
  const auto decide = [&](std::int64_t first, std::vector<std::string> codes) {
    PolicyCommand command{.kind = PolicyCommand::Kind::Codes, .policy = PolicyId{7}};
    command.coupon_codes = {first, std::move(codes)};
    return decider_.apply({.offset = 9, .content = std::move(command)});
  };
  run("create 7 max 0 imported -> ACCEPTED");
  EXPECT_EQ(decide(1, {"A", "B"}).code, Code::Accepted);
  const Decision again = decide(3, {"C", "B"});
  EXPECT_EQ(again.reason, RefusalReason::CodeTwice);
  EXPECT_EQ(again.repeated_code, 4);
  EXPECT_EQ(decide(3, {"C", "D", "C"}).repeated_code, 5);
  EXPECT_EQ(decide(3, {}).reason, RefusalReason::EmptyCodes);
  EXPECT_EQ(decide(1, {"A", "C"}).reason, RefusalReason::OtherCodes);
}

}  // namespace
}  // namespace firstcome::decide
