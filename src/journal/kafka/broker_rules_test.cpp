#include "journal/kafka/broker_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace firstcome::journal::kafka {
namespace {

const TopicConfig kDefaults = {{"broker.session.timeout.ms", "9000"},
                               {"controller.quorum.fetch.timeout.ms", "2000"},
                               {"replica.lag.time.max.ms", "30000"}};
const TopicConfig kAsRecommended = {{"broker.session.timeout.ms", "1500"},
                                    {"controller.quorum.fetch.timeout.ms", "800"},
                                    {"replica.lag.time.max.ms", "5000"}};

TEST(BrokerRules, RecommendedSettingsHaveNoFindings) {
  EXPECT_TRUE(judge_brokers({{1, kAsRecommended}, {2, kAsRecommended}}).empty());
  EXPECT_TRUE(judge_brokers({}).empty());
}

TEST(BrokerRules, EachDefaultIsOneWarningForAllBrokers) {
  const auto found = judge_brokers({{1, kDefaults}, {2, kAsRecommended}, {3, kDefaults}});
  ASSERT_EQ(found.size(), 3u);
  for (const TopicFinding& one : found) {
    EXPECT_FALSE(one.breaks_a_promise);
    EXPECT_EQ(one.brokers, "1, 3");
  }
  EXPECT_TRUE(found[0].text().starts_with(
      "brokers 1, 3: broker.session.timeout.ms is 9000 and should be 1500 at most: "))
      << found[0].text();
}

TEST(BrokerRules, DifferentValuesAreSeparateFindings) {
  TopicConfig slow = kAsRecommended;
  slow["broker.session.timeout.ms"] = "18000";
  const auto found = judge_brokers({{1, kDefaults}, {2, slow}});
  EXPECT_EQ(std::ranges::count_if(
                found, [](const TopicFinding& one) { return one.setting == "broker.session.timeout.ms"; }),
            2);
}

TEST(BrokerRules, AMissingSettingIsNotAFinding) { EXPECT_TRUE(judge_brokers({{1, {}}}).empty()); }

}  // namespace
}  // namespace firstcome::journal::kafka
