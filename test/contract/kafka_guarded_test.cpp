#include <mutex>

#include "journal/kafka/group_member.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Brokers with TLS, and with a user who has a password and rights.
class GuardedKafkaTest : public KafkaJournalTest {
 protected:
  GuardedKafkaTest() {
    settings_.request_timeout = milliseconds{1'000};
    settings_.report = [this](const Error& error, const std::source_location&) {
      const std::lock_guard lock(mutex_);
      reports_ += error.message + '\n';
    };
    make_and_open(settings_);  // with a user that has all rights
  }
  std::string reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  void allow_topics() const {
    for (const std::string& topic : {settings_.topic, settings_.dead_letter_topic}) {
      for (const auto operation :
           {RD_KAFKA_ACL_OPERATION_DESCRIBE, RD_KAFKA_ACL_OPERATION_READ, RD_KAFKA_ACL_OPERATION_WRITE}) {
        operators::allow(settings_, RD_KAFKA_RESOURCE_TOPIC, topic, operation);
      }
    }
  }
  static std::unique_ptr<journal::Journal> opened(const journal::KafkaSettings& settings) {
    auto journal = journal::open_kafka_journal(settings);
    if (!journal.ok()) ADD_FAILURE() << journal.error().text();
    return std::move(*journal);
  }
  static std::string why_not(const journal::KafkaSettings& settings) {
    const auto journal = journal::open_kafka_journal(settings);
    return journal.ok() ? "it opened" : journal.error().text();
  }

 private:
  std::mutex mutex_;
  std::string reports_;  // guarded by mutex_
};

TEST_F(GuardedKafkaTest, AppendsAndReadsByTls) {
  const auto journal = opened(kafka().by_tls(settings_));
  append_all(*journal, 0, texts(10));
  EXPECT_EQ(lines_of(read_all(*journal, 0, 0)), texts(10));
}

TEST_F(GuardedKafkaTest, ABrokerWithAnUnknownAuthorityIsRejected) {
  auto settings = kafka().by_tls(settings_);
  std::erase_if(settings.properties, [](const auto& one) { return one.first == "ssl.ca.location"; });
  // The client may end before it has reported the reason; then its next attempt reports it.
  EXPECT_TRUE(eventually([&] {
    EXPECT_NE(why_not(settings), "it opened");
    return reports().find("ssl.ca.location") != std::string::npos;
  }));
  EXPECT_THAT(reports(), HasSubstr("certificate verify failed"));
}

TEST_F(GuardedKafkaTest, AnUnreadableAuthorityIsReported) {
  auto settings = kafka().by_tls(settings_);
  for (auto& [key, value] : settings.properties) {
    if (key == "ssl.ca.location") value = "/nowhere/ca.pem";
  }
  EXPECT_THAT(why_not(settings), HasSubstr("ssl.ca.location"));
}

TEST_F(GuardedKafkaTest, AWrongPasswordIsReportedWithoutTheValue) {
  EXPECT_NE(why_not(kafka().with_password(settings_, "wr0ng")), "it opened");
  EXPECT_THAT(reports(), AllOf(HasSubstr("Invalid username or password"), Not(HasSubstr("wr0ng"))));
}

TEST_F(GuardedKafkaTest, AUserWithTheRightsOfTheHintAppendsAndReads) {
  const auto settings = kafka().with_password(settings_, kafka().password());
  EXPECT_THAT(why_not(settings),
              AllOf(HasSubstr("TOPIC_AUTHORIZATION_FAILED"),
                    HasSubstr("Describe, DescribeConfigs, Read and Write on both topics")));
  allow_topics();
  const auto journal = opened(settings);
  append_all(*journal, 0, texts(10));
  EXPECT_EQ(lines_of(read_all(*journal, 0, 0)), texts(10));
}

TEST_F(GuardedKafkaTest, AnIssuerWithoutTheRightToJoinReportsItAndJoinsAfterItGetsTheRight) {
  allow_topics();
  journal::GroupCounters counters;
  auto settings = kafka().with_password(settings_, kafka().password());
  settings.group_counters = &counters;
  const auto member = journal::join_group(settings, [] {});
  ASSERT_TRUE(member.ok());
  ASSERT_TRUE(eventually([&] { return reports().find("GROUP_AUTHORIZATION_FAILED") != std::string::npos; }));
  EXPECT_THAT(reports(), HasSubstr("Read on the issuers' group"));
  EXPECT_EQ(counters.joined.value(), 0);
  operators::allow(settings_, RD_KAFKA_RESOURCE_GROUP, settings_.group, RD_KAFKA_ACL_OPERATION_READ);
  EXPECT_TRUE(eventually([&] { return (*member)->owns(0) && (*member)->owns(2); }));
}

}  // namespace
}  // namespace firstcome::test
