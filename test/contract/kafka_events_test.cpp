#include "journal/kafka/event_appender.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using journal::AppendOutcome;
using journal::TopicFinding;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class KafkaEventsTest : public testing::Test {
 protected:
  KafkaEventsTest() { settings_.events_topic = settings_.topic + "-issued"; }
  void create(std::int32_t partitions) {
    const Status made = journal::create_topics(settings_, {.partitions = partitions, .replication = 1});
    ASSERT_TRUE(made.ok()) << made.error().text();
  }
  std::vector<TopicFinding> broken(std::int32_t partitions) {
    auto findings = *journal::check_topics(settings_, partitions);
    std::erase_if(findings, [](const TopicFinding& one) { return !one.breaks_a_promise; });
    return findings;
  }
  /// Only for the events' topic.
  std::unique_ptr<journal::Journal> open_events() {
    journal::KafkaSettings events = settings_;
    events.topic = settings_.events_topic;
    return std::move(*journal::open_kafka_journal(events));
  }

  journal::KafkaSettings settings_ = kafka().fresh_settings();
  Acknowledgements sink_;
};

TEST_F(KafkaEventsTest, TheirTopicIsCreatedWithTheOthersAndAMissingOneIsAFinding) {
  const std::string events = std::exchange(settings_.events_topic, "");
  create(3);
  settings_.events_topic = events;
  const auto found = broken(3);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].text(),
              AllOf(HasSubstr(events), HasSubstr("firstcome topic create"), HasSubstr("--events none")));
  create(3);
  EXPECT_THAT(broken(3), IsEmpty());
  EXPECT_THAT(broken(5), testing::SizeIs(2))
      << "only of the journal's topics: events may have fewer partitions";
}

TEST_F(KafkaEventsTest, GoToTheHomeOfTheirPolicyModuloTheNumberOfPartitions) {
  create(2);
  auto appender = std::move(*journal::open_event_appender(settings_, sink_));
  for (Partition home = 0; home < 6; ++home) {
    const auto token = static_cast<std::uint64_t>(home);
    ASSERT_TRUE(try_append(*appender, home, token, text(std::to_string(home))));
  }
  for (const auto& [token, acknowledged] : sink_.wait_for(6)) {
    EXPECT_EQ(acknowledged.outcome, AppendOutcome::Appended) << token;
  }
  const auto events = open_events();
  EXPECT_EQ(lines_of(read_all(*events, 0, 0)), (std::vector{text("0"), text("2"), text("4")}));
  EXPECT_EQ(lines_of(read_all(*events, 1, 0)), (std::vector{text("1"), text("3"), text("5")}));
}

TEST_F(KafkaEventsTest, TheErrorForAMissingTopicIsRetryableAndNamesTheCommandThatCreatesIt) {
  const auto appender = journal::open_event_appender(settings_, sink_);
  ASSERT_FALSE(appender.ok());
  EXPECT_TRUE(appender.error().is_retryable());
  EXPECT_THAT(appender.error().text(),
              AllOf(HasSubstr(settings_.events_topic), HasSubstr("firstcome topic create")));
}

TEST_F(KafkaEventsTest, ARejectedRecordIsReportedWithItsTopicAndNoLaterRecordIsAppended) {
  create(1);
  journal::KafkaSettings of_events = settings_;
  of_events.topic = settings_.events_topic;
  operators::set_config(of_events, {{"max.message.bytes", "1000"}});
  std::string said;
  settings_.report = [&](const Error& error, const std::source_location&) { said += error.message; };
  auto appender = std::move(*journal::open_event_appender(settings_, sink_));
  ASSERT_TRUE(try_append(*appender, 0, 1, text(std::string(2'000, 'x'))));
  EXPECT_NE(sink_.wait_for(1)[1].outcome, AppendOutcome::Appended);
  EXPECT_TRUE(eventually([&] { return !try_append(*appender, 0, 2, text("y")); }));
  appender.reset();
  EXPECT_THAT(said, AllOf(HasSubstr(settings_.events_topic), HasSubstr("MSG_SIZE_TOO_LARGE")));
}

}  // namespace
}  // namespace firstcome::test
