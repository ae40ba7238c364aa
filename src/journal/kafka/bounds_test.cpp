#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/kafka/follower.h"
#include "journal/kafka/kafka_handles.h"
// It needs rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

namespace firstcome::journal::kafka {
namespace {

using testing::HasSubstr;

constexpr std::int16_t kListOffsets = 2;  // the key of the request in Kafka's protocol

/// A client of librdkafka's mock broker.
class BoundsTest : public testing::Test {
 protected:
  BoundsTest() : host_(make_host()), mock_(rd_kafka_mock_cluster_new(host_.get(), 1)) {
    rd_kafka_mock_topic_create(mock_, "requests", 1, 1);
    auto settings = std::make_shared<KafkaSettings>();
    settings->servers = rd_kafka_mock_cluster_bootstraps(mock_);
    settings->topic = "requests";
    settings->request_timeout = milliseconds{500};
    auto client = Client::make(Role::Asking, std::move(settings));
    CHECK(client.ok());
    client_ = std::move(*client);
  }
  ~BoundsTest() override {
    client_.reset();
    rd_kafka_mock_cluster_destroy(mock_);
  }
  void answer_with(rd_kafka_resp_err_t error, int times) {
    for (int i = 0; i < times; ++i) rd_kafka_mock_push_request_errors(mock_, kListOffsets, 1, error);
  }

  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  };
  using Host = std::unique_ptr<rd_kafka_t, Destroy>;
  static Host make_host() {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);  // it has no brokers of its own, and reports that
    return Host(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
  }

  Host host_;  ///< owns the threads of the mock broker
  rd_kafka_mock_cluster_t* mock_;
  std::unique_ptr<Client> client_;
};

TEST_F(BoundsTest, OfANewPartitionAreReadOnceItsLeaderLeads) {
  answer_with(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
  answer_with(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, 1);
  const auto bounds = ask_bounds(*client_, 0);
  ASSERT_TRUE(bounds.ok()) << bounds.error().text();
  EXPECT_EQ(bounds->start, 0);
  EXPECT_EQ(bounds->end, 0);
}

TEST_F(BoundsTest, AnElectionThatDoesNotEndIsAnError) {
  answer_with(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 1'000);
  const auto bounds = ask_bounds(*client_, 0);
  ASSERT_FALSE(bounds.ok());
  EXPECT_TRUE(bounds.error().is_retryable());
  EXPECT_THAT(bounds.error().text(), HasSubstr("NOT_LEADER_FOR_PARTITION"));
}

TEST_F(BoundsTest, OtherErrorsAreReportedAtOnce) {
  answer_with(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
  const auto bounds = ask_bounds(*client_, 0);
  ASSERT_FALSE(bounds.ok());
  EXPECT_THAT(bounds.error().text(), HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
}

TEST_F(BoundsTest, TheEndIsAskedOnlyOnce) {
  answer_with(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 1);
  EXPECT_FALSE(ask_end(*client_, 0).ok());
  EXPECT_TRUE(ask_end(*client_, 0).ok());
}

}  // namespace
}  // namespace firstcome::journal::kafka
