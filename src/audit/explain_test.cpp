#include "audit/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/kits/audit/world.h"

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
  Story explain(std::int64_t user) {
    NoProgress progress;
    const auto reader = std::move(*world_.store().make_reader());
    auto story =
        audit::explain(world_.journal(), *reader, *reader->settings(), {kNine, UserId{user}}, progress);
    EXPECT_TRUE(story.ok());
    return std::move(*story);
  }
  void ask(std::int64_t user) { world_.wants(UserId{user}, kNine); }

  World world_;
  const Partition home_ = World::home_of(kNine);
};

TEST_F(ExplainTest, AWinnersRequestsHaveTheirPlaceAndTheCoupon) {
  world_.create(kNine, 2);
  ask(41);
  ask(42);
  world_.pass(milliseconds{2500});
  ask(42);
  const Story story = explain(42);
  ASSERT_THAT(story.events, SizeIs(3));
  EXPECT_EQ(in_words(*story.events[0].command), "created, name 'Policy 9', maxCount 2");
  EXPECT_EQ(story.events[1].arrival, 2);
  EXPECT_EQ(story.events[1].offset, 2);
  EXPECT_EQ(story.events[1].decision.code, Code::Success);
  EXPECT_EQ(story.events[1].why, "coupon 2 of 2 went to this request");
  EXPECT_EQ(story.events[1].requested_at, "2027-01-15T08:00:00.002Z");
  EXPECT_EQ(story.events[2].arrival, 3);
  EXPECT_EQ(story.events[2].why, "the user held coupon 2 since offset 2, issued 2.5 s before");
  EXPECT_EQ(story.holds->sequence, 2);
  EXPECT_EQ(story.arrivals, 3);
  EXPECT_EQ(story.requests(), 2);
  EXPECT_NE(story.request_at(3), nullptr);
  EXPECT_EQ(story.request_at(0), nullptr);
}

TEST_F(ExplainTest, ALoserIsToldWhoGotTheLastCouponAndByHowMuchTheyWereLate) {
  world_.create(kNine, 2);
  for (std::int64_t user = 41; user <= 46; ++user) ask(user);
  const Story story = explain(46);
  ASSERT_THAT(story.events, SizeIs(2));
  EXPECT_EQ(story.events[1].arrival, 6);
  EXPECT_EQ(story.events[1].why, "coupon 2 of 2 had gone to offset 2, 4 ms before; 4 too late");
  EXPECT_FALSE(story.holds.has_value());
}

TEST_F(ExplainTest, CommandsBetweenTheRequestsAreTold) {
  ask(42);
  world_.create(kNine, 1);
  world_.command(Kind::Pause, kNine);
  world_.command(Kind::Pause, kNine);  // unchanged
  ask(42);
  world_.command(Kind::Resume, kNine);
  ask(41);
  ask(42);
  world_.command(Kind::Change, kNine, 2);
  ask(42);
  world_.command(Kind::Close, kNine);
  ask(42);
  const Story story = explain(42);
  std::vector<std::string> lines;
  for (const Event& event : story.events)
    lines.push_back(event.command ? in_words(*event.command) : event.why);
  EXPECT_THAT(lines,
              testing::ElementsAre("the policy had not been created yet", HasSubstr("created"), "paused",
                                   "the policy was paused since offset 2, 2 ms before", "resumed",
                                   "coupon 1 of 1 had gone to offset 6, 1 ms before; 1 too late",
                                   "changed, maxCount 2", "coupon 2 of 2 went to this request", "closed",
                                   "the policy was closed since offset 10, 1 ms before"));
  EXPECT_EQ(story.policy->state, PolicyState::Closed);
}

TEST_F(ExplainTest, TheWindowsEdgesAreTold) {
  PolicyCommand create{.policy = kNine, .name = "window", .max_count = 5};
  create.issue_starts_at = {true, World::kBegin + milliseconds{1000}};
  create.issue_ends_at = {true, World::kBegin + milliseconds{2000}};
  world_.append(home_, journal::encode(create), "policy");
  ask(42);
  world_.pass(milliseconds{3000});
  ask(42);
  const Story story = explain(42);
  EXPECT_EQ(story.events[1].why, "issuing was to start at 2027-01-15T08:00:01.000Z, 998 ms later");
  EXPECT_EQ(story.events[2].why, "issuing had ended at 2027-01-15T08:00:02.000Z, 1.0 s before");
}

TEST_F(ExplainTest, AMisroutedRequestIsToldWithItsOrigin) {
  world_.create(kNine, 5);
  world_.append(1 - home_, request(UserId{42}, kNine));
  const std::string origin = std::to_string(1 - home_) + ":0";
  world_.append(home_, request(UserId{42}, kNine), "", origin);
  world_.append(home_, request(UserId{42}, kNine), "", origin);
  const Story story = explain(42);
  ASSERT_THAT(story.events, SizeIs(3));
  EXPECT_EQ(story.events[1].origin->partition, 1 - home_);
  EXPECT_EQ(story.events[1].decision.code, Code::Success);
  EXPECT_EQ(story.events[2].decision.code, Code::Duplicate);
  EXPECT_EQ(story.events[2].arrival, 0);
  EXPECT_EQ(story.arrivals, 1);
}

TEST_F(ExplainTest, WhatIsNotThereIsAnEmptyStory) {
  EXPECT_FALSE(explain(42).policy.has_value());
  world_.create(kNine, 5);
  ask(41);
  const Story story = explain(42);
  EXPECT_EQ(story.requests(), 0);
  EXPECT_EQ(story.arrivals, 1);
  EXPECT_TRUE(story.policy.has_value());
}

TEST_F(ExplainTest, BehindRetentionTheStoreTellsWhatCameBefore) {
  world_.create(kNine, 2);
  ask(42);
  ask(41);
  ask(43);
  world_.save(2);
  ask(42);
  ask(43);
  world_.journal().remove_before(home_, 4);
  const Story winner = explain(42);
  EXPECT_EQ(winner.told_from, 4);
  ASSERT_THAT(winner.events, SizeIs(2));
  EXPECT_THAT(in_words(*winner.events[0].command), HasSubstr("created"));
  EXPECT_THAT(winner.events[1].why, HasSubstr("held coupon 1 since offset 1"));
  EXPECT_EQ(winner.events[1].arrival, 1);
  EXPECT_EQ(winner.holds->sequence, 1);
  EXPECT_EQ(explain(43).events[1].why, "coupon 2 of 2 had gone to offset 2, 3 ms before");
}

TEST_F(ExplainTest, AnImportedCouponIsSaidToBeOneAndOnlyItsChunkAndTheEndAreTold) {
  world_.create_for_import(kNine, 5);
  world_.bring(kNine, 1, {1, 2});
  world_.bring(kNine, 3, {3});
  world_.wants(UserId{8}, kNine);
  world_.bring(kNine, 4, {}, total_of_users_to(3));
  world_.wants(UserId{3}, kNine);
  const Story story = explain(3);
  ASSERT_TRUE(story.holds);
  EXPECT_TRUE(story.holds->imported);
  EXPECT_EQ(story.holds->sequence, 3);
  ASSERT_EQ(story.events.size(), 4U);
  EXPECT_EQ(in_words(*story.events[0].command), "created for an import, name 'Imported', maxCount 5");
  EXPECT_EQ(in_words(*story.events[1].command), "given 1 imported coupon from 3 on");
  EXPECT_EQ(in_words(*story.events[2].command), "given 0 imported coupons, the last of 3");
  EXPECT_THAT(story.events[3].why, testing::StartsWith("the user held imported coupon 3 since offset 2"));
  EXPECT_THAT(explain(8).events[1].why, testing::StartsWith("the policy was being imported"));
}

}  // namespace
}  // namespace firstcome::audit
