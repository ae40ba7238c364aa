#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KafkaSettingsTest : public KafkaJournalTest {};

TEST_F(KafkaSettingsTest, TheErrorForAMissingTopicNamesTheCommandAndNoTopicIsCreated) {
  EXPECT_THAT(why_not(),
              AllOf(HasSubstr("no topic '" + settings_.topic), HasSubstr("firstcome topic create")));
  EXPECT_THAT(why_not(), HasSubstr("no topic"));
}

TEST_F(KafkaSettingsTest, WithoutBrokersTheOpenFailsSoonAndIsRetryable) {
  settings_.servers = "127.0.0.1:1";
  settings_.request_timeout = milliseconds{300};
  const auto opened = journal::open_kafka_journal(settings_);
  ASSERT_FALSE(opened.ok());
  EXPECT_TRUE(opened.error().is_retryable()) << opened.error().text();
  EXPECT_THAT(opened.error().text(), HasSubstr("Can the brokers be reached"));
}

TEST_F(KafkaSettingsTest, ASettingThatWouldBreakAPromiseIsRejected) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"acks", "1"}, {"enable.idempotence", "false"}, {"message.timeout.ms", "1"}}) {
    settings_ = kafka().fresh_settings();
    open();
    settings_.properties = {{key, value}};
    EXPECT_THAT(why_not(), AllOf(HasSubstr('\'' + key + "' must be"), HasSubstr("promise"))) << key;
  }
}

TEST_F(KafkaSettingsTest, SettingsReachLibrdkafkaAndNoValueIsReported) {
  open();
  settings_.properties = {{"client.id", "mine"}, {"linger.ms", "0"}, {"acks", "all"}};
  EXPECT_EQ(why_not(), "it opened");
  settings_.properties = {{"sasl.pasword", "s3cret"}};
  EXPECT_THAT(why_not(), AllOf(HasSubstr("no property 'sasl.pasword'"), Not(HasSubstr("s3cret"))));
  settings_.properties = {{"security.protocol", "s3cret"}};
  EXPECT_THAT(why_not(), AllOf(HasSubstr("'security.protocol'"), Not(HasSubstr("s3cret"))));
}

TEST_F(KafkaSettingsTest, TheIdentityHasClusterAndTopic) {
  const auto journal = open();
  EXPECT_THAT(journal->identity(), AllOf(HasSubstr("kafka:"), HasSubstr('/' + settings_.topic)));
  const auto reader = journal::open_kafka_journal_reader(settings_);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->identity(), journal->identity());
}

}  // namespace
}  // namespace firstcome::test
