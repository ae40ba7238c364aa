#include "journal/kafka/topic_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace firstcome::journal::kafka {
namespace {

std::vector<TopicFinding> judged(const TopicConfig& config, std::int32_t replication = 3,
                                 TopicRole role = TopicRole::Requests) {
  return judge(role, "requests", "broker:9092", {.partitions = 3, .replication = replication}, config);
}

TEST(TopicRules, ANewTopicHasNoFindings) {
  for (const TopicRole role : {TopicRole::Requests, TopicRole::DeadLetters, TopicRole::Events}) {
    EXPECT_TRUE(judged(config_for(role, 3), 3, role).empty());
  }
}

TEST(TopicRules, EveryMissingSettingIsAFinding) {
  for (const auto& [setting, value] : config_for(TopicRole::Requests, 3)) {
    TopicConfig config = config_for(TopicRole::Requests, 3);
    config.erase(setting);
    const auto found = judged(config);
    ASSERT_EQ(found.size(), 1u) << setting;
    EXPECT_EQ(found[0].setting, setting);
    EXPECT_TRUE(found[0].breaks_a_promise);
  }
}

TEST(TopicRules, RedpandaDoesNotListWhatItsReplicationImplies) {
  TopicConfig config = config_for(TopicRole::Requests, 3);
  config.erase("min.insync.replicas");
  config.erase("unclean.leader.election.enable");
  EXPECT_EQ(judged(config).size(), 2u);
  config["redpanda.remote.write"] = "false";
  EXPECT_TRUE(judged(config).empty());
  config["message.timestamp.type"] = "CreateTime";
  const auto found = judged(config);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].setting, "message.timestamp.type");
  EXPECT_TRUE(found[0].breaks_a_promise);
}

TEST(TopicRules, ThreeCopiesNeedTwoInSync) {
  TopicConfig config = config_for(TopicRole::Requests, 3);
  EXPECT_EQ(config["min.insync.replicas"], "2");
  config["min.insync.replicas"] = "1";
  const auto found = judged(config);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      found[0].fix,
      "kafka-configs.sh --bootstrap-server broker:9092 --alter --entity-type topics --entity-name requests "
      "--add-config min.insync.replicas=2");
}

TEST(TopicRules, OneCopyIsAWarning) {
  const auto found = judged(config_for(TopicRole::Requests, 1), 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].setting, "replication");
  EXPECT_FALSE(found[0].breaks_a_promise);
}

TEST(TopicRules, HigherLimitsAreAccepted) {
  TopicConfig config = config_for(TopicRole::Requests, 3);
  config["retention.ms"] = "-1";
  config["max.message.bytes"] = "10485760";
  config["min.insync.replicas"] = "3";
  EXPECT_TRUE(judged(config).empty());
  config["retention.ms"] = "86399999";
  EXPECT_EQ(judged(config).size(), 1u);
}

TEST(TopicRules, EventsMayHaveAShorterRetentionButNoCompaction) {
  TopicConfig config = config_for(TopicRole::Events, 3);
  EXPECT_FALSE(config.contains("message.timestamp.type"));
  config["retention.ms"] = "60000";
  config["retention.bytes"] = "1000000";
  for (const auto& one : judged(config, 3, TopicRole::Events))
    EXPECT_FALSE(one.breaks_a_promise) << one.text();
  config["cleanup.policy"] = "compact,delete";
  const auto found = judged(config, 3, TopicRole::Events);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(std::ranges::count_if(found, &TopicFinding::breaks_a_promise), 1);
}

}  // namespace
}  // namespace firstcome::journal::kafka
