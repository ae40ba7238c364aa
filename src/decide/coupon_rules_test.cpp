#include "decide/coupon_rules.h"

#include <gtest/gtest.h>

#include "decide/decider_test.h"

namespace firstcome::decide {
namespace {

TEST_F(OnePartition, ACouponIsUsedOnceByOneOrder) {
  run(R"(
    create 7 max 2       -> ACCEPTED
    user 42 wants 7      -> SUCCESS 1
    use 7 1 by order-1   -> ACCEPTED 1
    use 7 1 by order-2   -> ALREADY_USED 1
    use 7 1 by order-1   -> UNCHANGED 1      # the order's own second copy
    use 7 2 by order-1   -> UNKNOWN_COUPON
    use 8 1 by order-1   -> UNKNOWN_POLICY
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->used_count, 1);
}

TEST_F(OnePartition, AHoldIsForOneOrderAndLapsesByTheClock) {
  run(R"(
    create 7 max 2                  -> ACCEPTED
    user 42 wants 7                 -> SUCCESS 1
    reserve 7 1 by cart-1 for 5000  -> ACCEPTED 1      # until 6000
    reserve 7 1 by cart-2           -> RESERVED 1
    use 7 1 by cart-2               -> RESERVED 1
    release 7 1 by cart-2           -> RESERVED 1
    cancel 7 1 by cart-1            -> RESERVED 1
    clock 5999
    use 7 1 by cart-2               -> RESERVED 1
    clock 6000
    release 7 1 by cart-1           -> NOT_RESERVED 1
    reserve 7 1 by cart-1           -> UNCHANGED 1     # a late copy holds nothing
    reserve 7 1 by cart-2           -> ACCEPTED 1
    use 7 1 by cart-2               -> ACCEPTED 1
    use 7 1 by cart-1               -> ALREADY_USED 1
  )");
}

TEST_F(OnePartition, TheHolderExtendsItsHoldAndUsesAfterItLapsed) {
  run(R"(
    create 7 max 2                  -> ACCEPTED
    user 42 wants 7                 -> SUCCESS 1
    reserve 7 1 by cart for 5000    -> ACCEPTED 1
    clock 5000
    reserve 7 1 by cart for 5000    -> ACCEPTED 1      # until 10000
    clock 9999
    reserve 7 1 by other            -> RESERVED 1
    clock 10000
    use 7 1 by cart                 -> ACCEPTED 1
  )");
}

TEST_F(OnePartition, ARestoredCouponIsForAnotherOrder) {
  run(R"(
    create 7 max 2         -> ACCEPTED
    user 42 wants 7        -> SUCCESS 1
    restore 7 1 by a       -> NOT_USED 1
    use 7 1 by a           -> ACCEPTED 1
    restore 7 1 by b       -> ALREADY_USED 1
    restore 7 1 by a       -> ACCEPTED 1
    restore 7 1 by a       -> UNCHANGED 1
    use 7 1 by a           -> UNCHANGED 1       # changes nothing: it was taken back
    reserve 7 1 by a       -> REFUSED 1
    use 7 1 by b           -> ACCEPTED 1
    restore 7 1 by a       -> UNCHANGED 1       # a late copy does not take back the use by b
    use 7 1 by c           -> ALREADY_USED 1
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->used_count, 1);
}

TEST_F(OnePartition, ThePlaceOfACancelledCouponGoesToTheNextArrival) {
  run(R"(
    create 7 max 1         -> ACCEPTED
    user 42 wants 7        -> SUCCESS 1
    user 43 wants 7        -> SOLD_OUT
    cancel 7 1 by t        -> ACCEPTED 1
    cancel 7 1 by t        -> UNCHANGED 1
    cancel 7 1 by u        -> CANCELLED 1
    use 7 1 by order       -> CANCELLED 1
    user 43 wants 7        -> SUCCESS 2          # no sequence is used twice
    user 44 wants 7        -> SOLD_OUT
    user 42 wants 7        -> ALREADY_ISSUED 1   # without reissue
    user 42 wants 7 ordinal 2 -> ALREADY_ISSUED 1
  )");
  const Policy& policy = *decider_.find(PolicyId{7});
  EXPECT_EQ(policy.issued_count, 2);
  EXPECT_EQ(policy.active_count, 1);
  EXPECT_EQ(policy.cancelled_count, 1);
}

TEST_F(OnePartition, ThePlaceStaysTakenIfThePolicyKeepsIt) {
  run(R"(
    create 7 max 1 keep    -> ACCEPTED
    user 42 wants 7        -> SUCCESS 1
    cancel 7 1 by t        -> ACCEPTED 1
    user 43 wants 7        -> SOLD_OUT
  )");
  EXPECT_EQ(decider_.find(PolicyId{7})->active_count, 1);
}

TEST_F(OnePartition, WithReissueAUserGetsAnotherCouponForOneGivenBack) {
  run(R"(
    create 7 max 2 reissue     -> ACCEPTED
    user 42 wants 7            -> SUCCESS 1
    user 42 wants 7 ordinal 2  -> ALREADY_ISSUED 1
    cancel 7 1 by t            -> ACCEPTED 1
    user 42 wants 7            -> ALREADY_ISSUED 1   # its first coupon, whatever became of it
    user 42 wants 7 ordinal 3  -> REFUSED
    user 42 wants 7 ordinal 2  -> SUCCESS 2
    user 42 wants 7 ordinal 3  -> ALREADY_ISSUED 2
    user 43 wants 7            -> SUCCESS 3
    user 44 wants 7            -> SOLD_OUT
  )");
}

TEST_F(OnePartition, AUserGetsAsManyCouponsAsTheLimitEachByItsOrdinal) {
  run(R"(
    create 7 max 9 limit 3     -> ACCEPTED
    user 42 wants 7 ordinal 2  -> REFUSED
    user 42 wants 7            -> SUCCESS 1
    user 43 wants 7            -> SUCCESS 2
    user 42 wants 7            -> ALREADY_ISSUED 1   # a retry never takes a second one
    user 42 wants 7 ordinal 2  -> SUCCESS 3
    user 42 wants 7 ordinal 2  -> ALREADY_ISSUED 3
    user 42 wants 7 ordinal 3  -> SUCCESS 4
    user 42 wants 7 ordinal 4  -> ALREADY_ISSUED 4
    user 42 wants 7 ordinal 1  -> ALREADY_ISSUED 1
    change 7 limit 2           -> REFUSED            # user 42 holds three
    change 7 limit 4           -> ACCEPTED
    user 42 wants 7 ordinal 4  -> SUCCESS 5
    user 43 wants 7 ordinal 2  -> SUCCESS 6
  )");
}

TEST_F(OnePartition, TheLimitCanBeLoweredToWhatIsHeld) {
  run(R"(
    create 7 max 9 limit 3 reissue  -> ACCEPTED
    user 42 wants 7                 -> SUCCESS 1
    user 42 wants 7 ordinal 2       -> SUCCESS 2
    change 7 limit 1                -> REFUSED
    cancel 7 1 by t                 -> ACCEPTED 1
    change 7 limit 1                -> ACCEPTED
    user 42 wants 7 ordinal 3       -> ALREADY_ISSUED 2
  )");
}

TEST_F(OnePartition, ACouponIsValidFromAndUntilATime) {
  run(R"(
    create 7 max 9 validfrom 2000 validuntil 4000 validfor 2500  -> ACCEPTED
    user 42 wants 7        -> SUCCESS 1             # expires at 3500
    use 7 1 by a           -> NOT_YET_VALID 1
    reserve 7 1 by a       -> NOT_YET_VALID 1
    clock 2000
    user 43 wants 7        -> SUCCESS 2             # expires at 4000
    reserve 7 1 by a       -> ACCEPTED 1            # only until it expires
    clock 3499
    cancel 7 1 by a        -> RESERVED 1
    clock 3500
    use 7 1 by a           -> EXPIRED 1
    cancel 7 1 by a        -> EXPIRED 1
    use 7 2 by a           -> ACCEPTED 2
    clock 4000
    restore 7 2 by a       -> ACCEPTED 2            # also after it expired
    use 7 2 by b           -> EXPIRED 2
  )");
}

TEST_F(OnePartition, CouponsOfAClosedPolicyAreUsable) {
  run(R"(
    create 7 max 9         -> ACCEPTED
    user 42 wants 7        -> SUCCESS 1
    close 7                -> ACCEPTED
    user 43 wants 7        -> CLOSED
    use 7 1 by a           -> ACCEPTED 1
    use 7 1 by b           -> ALREADY_USED 1
  )");
  EXPECT_TRUE(decider_.take_over().empty());
}

TEST_F(OnePartition, ACommandForAUserIsOnlyForTheirCoupon) {
  run(R"(
    create 7 max 9             -> ACCEPTED
    user 42 wants 7            -> SUCCESS 1
    cancel 7 1 by t user 43    -> UNKNOWN_COUPON
    cancel 7 1 by t user 42    -> ACCEPTED 1
  )");
}

TEST_F(OnePartition, ACouponTakesCommandsOfSixteenReferences) {
  run(R"(
    create 7 max 9    -> ACCEPTED
    user 42 wants 7   -> SUCCESS 1
  )");
  for (std::size_t i = 1; i <= kReferencesMost; ++i) {
    run(fmt::format("reserve 7 1 by r{} -> ACCEPTED 1\nrelease 7 1 by r{} -> ACCEPTED 1", i, i));
  }
  run("use 7 1 by r17 -> REFUSED 1");
  run("use 7 1 by r3  -> ACCEPTED 1");  // a known reference is no new one
  run("restore 7 1 by r3 -> ACCEPTED 1");
}

/// Each pair of situation and command, with the code for the reference that holds or used the coupon, and for another.
TEST(CouponRules, EveryPairOfStateAndCommandIsDecided) {
  using Kind = CouponCommand::Kind;
  const Timestamp now = from_millis(100'000);
  struct Case {
    CouponState state;
    std::array<Code, 5> own, other;  // by kind
  };
  using enum Code;
  const Case cases[] = {
      {CouponState::Issued, {}, {Accepted, Accepted, NotReserved, NotUsed, Accepted}},
      {CouponState::Reserved,
       {Accepted, Accepted, Accepted, NotUsed, Reserved},
       {Reserved, Reserved, Reserved, NotUsed, Reserved}},
      {CouponState::Used,
       {AlreadyUsed, Unchanged, AlreadyUsed, Accepted, AlreadyUsed},
       {AlreadyUsed, AlreadyUsed, AlreadyUsed, AlreadyUsed, AlreadyUsed}},
      {CouponState::Cancelled,
       {Cancelled, Cancelled, Cancelled, Cancelled, Unchanged},
       {Cancelled, Cancelled, Cancelled, Cancelled, Cancelled}},
  };
  for (const Case& row : cases) {
    for (const Kind kind : kCouponCommandKinds) {
      for (const bool own : {true, false}) {
        CouponLife life{.state = row.state};
        if (row.state == CouponState::Reserved) life.held_until = now + milliseconds{1};
        const Kind last = row.state == CouponState::Reserved ? Kind::Reserve
                          : row.state == CouponState::Used   ? Kind::Use
                                                             : Kind::Cancel;
        if (row.state != CouponState::Issued) {
          life.references = {{.text = "own", .accepted = AcceptedReference::bit(last)}};
        }
        if (own && row.state == CouponState::Issued) continue;
        const CouponCommand command{
            .kind = kind, .reference = own ? "own" : "other", .hold_for = kShortestHold};
        const auto index = static_cast<std::size_t>(kind) - 1;
        const CouponLife before = life;
        const Code code = apply_command(command, {}, now, life).code;
        EXPECT_EQ(name_of(code), name_of(own ? row.own.at(index) : row.other.at(index)))
            << name_of(row.state) << ' ' << name_of(kind) << (own ? " own" : " other");
        EXPECT_EQ(life == before, code != Accepted);
      }
    }
  }
}

}  // namespace
}  // namespace firstcome::decide
