#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/kafka/topics.h"
#include "kafka_cluster.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using journal::TopicFinding;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class KafkaTopicsTest : public testing::Test {
 protected:
  void create() {
    const Status made = journal::create_topics(settings_, {.partitions = 3, .replication = 1});
    ASSERT_TRUE(made.ok()) << made.error().text();
  }
  std::vector<TopicFinding> broken(std::int32_t partitions = 3) { return findings(true, partitions); }
  std::vector<TopicFinding> findings(bool breaking, std::int32_t partitions) {
    const auto checked = journal::check_topics(settings_, partitions);
    EXPECT_TRUE(checked.ok()) << checked.error().text();
    std::vector<TopicFinding> wanted;
    for (const TopicFinding& one : *checked) {
      if (one.breaks_a_promise == breaking) wanted.push_back(one);
    }
    return wanted;
  }

  journal::KafkaSettings settings_ = kafka().fresh_settings();
};

TEST_F(KafkaTopicsTest, NewTopicsBreakNoPromise) {
  create();
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_THAT(findings(false, 3), Contains(Field(&TopicFinding::setting, "replication")));  // one broker only
  create();  // it is idempotent
}

TEST_F(KafkaTopicsTest, MissingTopicsAreFindings) {
  const auto found = broken();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0].text(), AllOf(HasSubstr(settings_.topic), HasSubstr("firstcome topic create")));
}

TEST_F(KafkaTopicsTest, EverySettingThatBreaksAPromiseIsAFindingWithTheCommandThatCorrectsIt) {
  create();
  operators::set_config(settings_, {{"message.timestamp.type", "CreateTime"},
                                    {"unclean.leader.election.enable", "true"},
                                    {"cleanup.policy", "compact"},
                                    {"max.message.bytes", "65536"},
                                    {"retention.bytes", "1000000"},
                                    {"retention.ms", "60000"}});
  // The broker that answers learns of the change from the controller.
  EXPECT_TRUE(eventually([&] { return !broken().empty(); }));
  const auto found = broken();
  for (const std::string setting :
       {"message.timestamp.type", "unclean.leader.election.enable", "cleanup.policy", "max.message.bytes",
        "retention.bytes", "retention.ms"}) {
    EXPECT_THAT(found, Contains(AllOf(Field(&TopicFinding::setting, setting),
                                      Field(&TopicFinding::fix, HasSubstr("--add-config " + setting)))))
        << setting;
  }
  EXPECT_EQ(found.size(), 6u);
}

TEST_F(KafkaTopicsTest, AddedPartitionsAreAFinding) {
  create();
  operators::add_partitions(settings_, 5);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_TRUE(eventually([&] { return findings(false, 3).size() > 1; }));
  EXPECT_THAT(findings(false, 3),
              Contains(AllOf(Field(&TopicFinding::setting, "partitions"), Field(&TopicFinding::is, "5"))));
}

TEST_F(KafkaTopicsTest, FewerPartitionsThanThoseOfTheDataBreakAPromise) {
  create();
  EXPECT_THAT(broken(12), Contains(Field(&TopicFinding::setting, "partitions")));
}

}  // namespace
}  // namespace firstcome::test
