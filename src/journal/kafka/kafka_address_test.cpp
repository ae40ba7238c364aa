#include "journal/kafka/kafka_address.h"

#include <gtest/gtest.h>

namespace firstcome::journal {
namespace {

TEST(KafkaAddress, HasBrokersAndOptionallyATopic) {
  KafkaSettings settings;
  ASSERT_TRUE(read_kafka_address("kafka://a:9092,b.example:9093,[::1]:9094", settings).ok());
  EXPECT_EQ(settings.servers, "a:9092,b.example:9093,[::1]:9094");
  EXPECT_EQ(settings.topic, "coupon-issue-request");
  ASSERT_TRUE(read_kafka_address("kafka://a:9092/summer", settings).ok());
  EXPECT_EQ(settings.servers, "a:9092");
  EXPECT_EQ(settings.topic, "summer");
  EXPECT_EQ(settings.dead_letter_topic, "summer-dlt");
}

TEST(KafkaAddress, RejectsInvalidAddresses) {
  for (const char* bad :
       {"", "kafka://", "a:9092", "kafka://a", "kafka://a:", "kafka://:9092", "kafka://a:9092,",
        "kafka://a:x", "kafka://a:9092/", "kafka://a:9092/x/y", "http://a:9092"}) {
    KafkaSettings settings;
    EXPECT_FALSE(read_kafka_address(bad, settings).ok()) << bad;
    EXPECT_TRUE(settings.servers.empty()) << bad;
  }
}

TEST(KafkaAddress, RejectsAPasswordWithoutRepeatingIt) {
  KafkaSettings settings;
  for (const char* address :
       {"kafka://me:s3cret@a:9092", "http://me:s3cret@a:9092", "me:s3cret@a",
        "kafka://a:9092?SASL.PASSWORD=s3cret", "kafka://a:9092/x/y?pass%77ord=s3cret"}) {
    const Status read = read_kafka_address(address, settings);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().text().find("s3cret"), std::string::npos);
  }
}

TEST(KafkaProperty, IsParsedFromALine) {
  KafkaSettings settings;
  for (const char* line :
       {"", "# a comment", " sasl.username = me ", "sasl.password=a=b c\r", "ssl.key.password="}) {
    EXPECT_TRUE(read_kafka_property(line, settings).ok()) << line;
  }
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"sasl.username", "me"}, {"sasl.password", "a=b c"}, {"ssl.key.password", ""}};
  EXPECT_EQ(settings.properties, expected);
  const Status bad = read_kafka_property("s3cret", settings);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().text().find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace firstcome::journal
