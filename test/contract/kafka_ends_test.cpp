#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <array>

#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/kafka_journal.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using journal::kafka::Deleter;
using testing::ElementsAre;

/// Mock brokers of librdkafka; a test can make each of them stop responding.
class TwoBrokers {
 public:
  TwoBrokers() {
    std::array<char, 512> why{};
    client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why.data(), why.size()));
    CHECK(client_ != nullptr);
    cluster_.reset(rd_kafka_mock_cluster_new(client_.get(), 2));
    CHECK(rd_kafka_mock_topic_create(cluster_.get(), "requests", 3, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
    for (const auto& [partition, leader] : {std::pair{0, 2}, {1, 1}, {2, 1}}) lead(partition, leader);
  }
  [[nodiscard]] std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
  void lead(Partition partition, int leader) {
    CHECK(rd_kafka_mock_partition_set_leader(cluster_.get(), "requests", partition, leader) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void answer_after(int broker, int ms) {
    CHECK(rd_kafka_mock_broker_set_rtt(cluster_.get(), broker, ms) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Deleter<rd_kafka_mock_cluster_destroy>> cluster_;
};

class KafkaEndsTest : public testing::Test {
 protected:
  KafkaEndsTest() {
    auto opened = journal::open_kafka_journal({.servers = brokers_.address(), .topic = "requests"});
    CHECK(opened.ok());
    journal_ = std::move(*opened);
  }
  /// The partitions whose end was read.
  std::vector<Partition> ask() {
    std::vector<Partition> answered;
    int handed_over = 0;
    journal_->ends([&](Partition partition, const Result<Offset>& end) {
      ++handed_over;
      if (end.ok()) answered.push_back(partition);
    });
    EXPECT_LE(handed_over, 3) << "each partition at most once";
    std::ranges::sort(answered);
    return answered;
  }

  TwoBrokers brokers_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(KafkaEndsTest, ASilentBrokerDoesNotAffectTheEndsOfOthers) {
  EXPECT_TRUE(eventually([&] { return ask() == std::vector<Partition>({0, 1, 2}); }));
  brokers_.answer_after(2, 60'000);
  EXPECT_THAT(ask(), ElementsAre(1, 2)) << "also the first request after the broker stopped responding";
  for (int time = 0; time < 3; ++time) EXPECT_THAT(ask(), ElementsAre(1, 2));
  brokers_.lead(0, 1);
  EXPECT_TRUE(eventually([&] { return ask() == std::vector<Partition>({0, 1, 2}); })) << "after a failover";
}

TEST_F(KafkaEndsTest, APartitionWithoutALeaderDoesNotAffectTheEndsOfOthers) {
  EXPECT_TRUE(eventually([&] { return ask() == std::vector<Partition>({0, 1, 2}); }));
  brokers_.lead(1, -1);
  EXPECT_TRUE(eventually([&] { return ask() == std::vector<Partition>({0, 2}); }));
  EXPECT_THAT(ask(), ElementsAre(0, 2));
}

}  // namespace
}  // namespace firstcome::test
