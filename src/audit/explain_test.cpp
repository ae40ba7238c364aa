#include "audit/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/kits/audit/audit_fixture.h"

namespace firstcome::audit {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using Kind = PolicyCommand::Kind;

constexpr PolicyId kNine{9};

class ExplainTest : public testing::Test {
 protected:
  struct NoProgress : Progress {
    void reached(std::int64_t, std::int64_t) override {}
  };
  Explanation explain(std::int64_t user) {
    NoProgress progress;
    const auto reader = std::move(*fixture_.store().make_reader());
    auto explanation =
        audit::explain(fixture_.journal(), *reader, *reader->settings(), {kNine, UserId{user}}, progress);
    EXPECT_TRUE(explanation.ok());
    return std::move(*explanation);
  }
  void ask(std::int64_t user) { fixture_.issue(UserId{user}, kNine); }

  AuditFixture fixture_;
  const Partition home_ = AuditFixture::home_of(kNine);
};

TEST_F(ExplainTest, AWinnersRequestsHaveTheirOffsetAndTheCoupon) {
  fixture_.create(kNine, 2);
  ask(41);
  ask(42);
  fixture_.advance(milliseconds{2500});
  ask(42);
  const Explanation explanation = explain(42);
  ASSERT_THAT(explanation.events, SizeIs(3));
  EXPECT_EQ(command_text(*explanation.events[0].command), "created, name 'Policy 9', maxCount 2");
  EXPECT_EQ(explanation.events[1].arrival, 2);
  EXPECT_EQ(explanation.events[1].offset, 2);
  EXPECT_EQ(explanation.events[1].decision.code, Code::Success);
  EXPECT_EQ(explanation.events[1].reason, "this request got coupon 2 of 2");
  EXPECT_EQ(explanation.events[1].requested_at, "2027-01-15T08:00:00.002Z");
  EXPECT_EQ(explanation.events[2].arrival, 3);
  EXPECT_EQ(explanation.events[2].reason,
            "the user already owned coupon 2 from offset 2, issued 2.5 s earlier");
  EXPECT_EQ(explanation.coupon->sequence, 2);
  EXPECT_EQ(explanation.arrivals, 3);
  EXPECT_EQ(explanation.requests(), 2);
  EXPECT_NE(explanation.request_at(3), nullptr);
  EXPECT_EQ(explanation.request_at(0), nullptr);
}

TEST_F(ExplainTest, ALoserSeesTheLastCouponAndTheNumberOfRequestsInBetween) {
  fixture_.create(kNine, 2);
  for (std::int64_t user = 41; user <= 46; ++user) ask(user);
  const Explanation explanation = explain(46);
  ASSERT_THAT(explanation.events, SizeIs(2));
  EXPECT_EQ(explanation.events[1].arrival, 6);
  EXPECT_EQ(explanation.events[1].reason,
            "coupon 2 of 2 was issued at offset 2, 4 ms earlier; 4 requests too late");
  EXPECT_FALSE(explanation.coupon.has_value());
}

TEST_F(ExplainTest, CommandsBetweenTheRequestsAreListed) {
  ask(42);
  fixture_.create(kNine, 1);
  fixture_.command(Kind::Pause, kNine);
  fixture_.command(Kind::Pause, kNine);  // unchanged
  ask(42);
  fixture_.command(Kind::Resume, kNine);
  ask(41);
  ask(42);
  fixture_.command(Kind::Change, kNine, 2);
  ask(42);
  fixture_.command(Kind::Close, kNine);
  ask(42);
  const Explanation explanation = explain(42);
  std::vector<std::string> lines;
  for (const Event& event : explanation.events)
    lines.push_back(event.command ? command_text(*event.command) : event.reason);
  EXPECT_THAT(lines,
              testing::ElementsAre("the policy was not created yet", HasSubstr("created"), "paused",
                                   "the policy was paused at offset 2, 2 ms earlier", "resumed",
                                   "coupon 1 of 1 was issued at offset 6, 1 ms earlier; 1 request too late",
                                   "changed, maxCount 2", "this request got coupon 2 of 2", "closed",
                                   "the policy was closed at offset 10, 1 ms earlier"));
  EXPECT_EQ(explanation.policy->state, PolicyState::Closed);
}

TEST_F(ExplainTest, TheIssueWindowIsExplained) {
  PolicyCommand create{.policy = kNine, .name = "window", .max_count = 5};
  create.issue_starts_at = {true, AuditFixture::kBegin + milliseconds{1000}};
  create.issue_ends_at = {true, AuditFixture::kBegin + milliseconds{2000}};
  fixture_.append(home_, journal::encode(create), "policy");
  ask(42);
  fixture_.advance(milliseconds{3000});
  ask(42);
  const Explanation explanation = explain(42);
  EXPECT_EQ(explanation.events[1].reason, "issuing starts at 2027-01-15T08:00:01.000Z, 998 ms later");
  EXPECT_EQ(explanation.events[2].reason, "issuing ended at 2027-01-15T08:00:02.000Z, 1.0 s earlier");
}

TEST_F(ExplainTest, AMisroutedRequestHasItsOrigin) {
  fixture_.create(kNine, 5);
  fixture_.append(1 - home_, request(UserId{42}, kNine));
  const std::string origin = std::to_string(1 - home_) + ":0";
  fixture_.append(home_, request(UserId{42}, kNine), "", origin);
  fixture_.append(home_, request(UserId{42}, kNine), "", origin);
  const Explanation explanation = explain(42);
  ASSERT_THAT(explanation.events, SizeIs(3));
  EXPECT_EQ(explanation.events[1].origin->partition, 1 - home_);
  EXPECT_EQ(explanation.events[1].decision.code, Code::Success);
  EXPECT_EQ(explanation.events[2].decision.code, Code::Duplicate);
  EXPECT_EQ(explanation.events[2].arrival, 0);
  EXPECT_EQ(explanation.arrivals, 1);
}

TEST_F(ExplainTest, AnExplanationWithoutRequestsIsEmpty) {
  EXPECT_FALSE(explain(42).policy.has_value());
  fixture_.create(kNine, 5);
  ask(41);
  const Explanation explanation = explain(42);
  EXPECT_EQ(explanation.requests(), 0);
  EXPECT_EQ(explanation.arrivals, 1);
  EXPECT_TRUE(explanation.policy.has_value());
}

TEST_F(ExplainTest, AfterRetentionTheStoreHasTheEarlierEvents) {
  fixture_.create(kNine, 2);
  ask(42);
  ask(41);
  ask(43);
  fixture_.save(2);
  ask(42);
  ask(43);
  fixture_.journal().remove_before(home_, 4);
  const Explanation winner = explain(42);
  EXPECT_EQ(winner.counted_from, 4);
  ASSERT_THAT(winner.events, SizeIs(2));
  EXPECT_THAT(command_text(*winner.events[0].command), HasSubstr("created"));
  EXPECT_THAT(winner.events[1].reason, HasSubstr("owned coupon 1 from offset 1"));
  EXPECT_EQ(winner.events[1].arrival, 1);
  EXPECT_EQ(winner.coupon->sequence, 1);
  EXPECT_EQ(explain(43).events[1].reason, "coupon 2 of 2 was issued at offset 2, 3 ms earlier");
}

TEST_F(ExplainTest, OfAnImportTheUsersChunkAndTheLastOneAreListed) {
  fixture_.create_for_import(kNine, 5);
  fixture_.import_chunk(kNine, 1, {1, 2});
  fixture_.import_chunk(kNine, 3, {3});
  fixture_.issue(UserId{8}, kNine);
  fixture_.import_chunk(kNine, 4, {}, import_total(3));
  fixture_.issue(UserId{3}, kNine);
  const Explanation explanation = explain(3);
  ASSERT_TRUE(explanation.coupon);
  EXPECT_TRUE(explanation.coupon->imported);
  EXPECT_EQ(explanation.coupon->sequence, 3);
  ASSERT_EQ(explanation.events.size(), 4U);
  EXPECT_EQ(command_text(*explanation.events[0].command),
            "created for an import, name 'Imported', maxCount 5");
  EXPECT_EQ(command_text(*explanation.events[1].command), "given 1 imported coupon from sequence 3 on");
  EXPECT_EQ(command_text(*explanation.events[2].command), "given 0 imported coupons, the last of 3");
  EXPECT_THAT(explanation.events[3].reason,
              testing::StartsWith("the user already owned imported coupon 3 from offset 2"));
  EXPECT_THAT(explain(8).events[1].reason,
              testing::StartsWith("the import was still running; it began at offset 0, "));
}

TEST_F(ExplainTest, OfAListOnlyTheUsersChunkIsShownAndOthersAreNotEligible) {
  fixture_.create_for_list(kNine, 5);
  fixture_.list_chunk(kNine, 1, {1, 2});
  fixture_.list_chunk(kNine, 3, {3});
  fixture_.issue(UserId{3}, kNine);
  fixture_.issue(UserId{4}, kNine);
  const Explanation listed = explain(3);
  ASSERT_EQ(listed.events.size(), 3U);
  EXPECT_EQ(command_text(*listed.events[1].command), "given 1 eligible user from number 3 on");
  EXPECT_EQ(listed.events[2].reason, "this request got coupon 1 of 5");
  const Explanation other = explain(4);
  ASSERT_EQ(other.events.size(), 2U);
  EXPECT_EQ(other.events[1].reason, "the user was not on the policy's list of eligible users");
}

}  // namespace
}  // namespace firstcome::audit
