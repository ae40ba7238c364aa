#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>

#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/kafka_journal.h"
#include "journal_kit.h"

namespace firstcome::test {
namespace {

using journal::kafka::Deleter;

constexpr std::int16_t kProduce = 0;  // API key of the request

/// A mock broker of librdkafka with injected errors. As Kafka for a new producer, it accepts batches with any
/// sequence.
class ObedientBroker {
 public:
  ObedientBroker() {
    std::array<char, 512> why{};
    client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why.data(), why.size()));
    CHECK(client_ != nullptr);
    cluster_.reset(rd_kafka_mock_cluster_new(client_.get(), 1));
    CHECK(rd_kafka_mock_topic_create(cluster_.get(), "requests", 1, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  [[nodiscard]] std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
  void refuse_next_batch() {
    rd_kafka_mock_push_request_errors(cluster_.get(), kProduce, 1, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  }

 private:
  std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Deleter<rd_kafka_mock_cluster_destroy>> cluster_;
};

TEST(AGaplessAppender, WritesNothingBeforeATemporarilyRejectedBatch) {
  ObedientBroker broker;
  journal::KafkaSettings settings{.servers = broker.address(), .topic = "requests"};
  settings.properties = {{"batch.num.messages", "1"}, {"linger.ms", "0"}, {"max.in.flight", "5"}};
  auto journal = journal::open_kafka_journal(settings);
  ASSERT_TRUE(journal.ok()) << journal.error().text();
  Acknowledgements sink;
  const auto appender = (*journal)->make_gapless_appender(sink);
  broker.refuse_next_batch();
  constexpr std::uint64_t kRecords = 20;
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    ASSERT_TRUE(try_append(*appender, 0, i, text(std::to_string(i))));
  }
  for (const auto& [token, acknowledgement] : sink.wait_for(kRecords)) {
    ASSERT_EQ(acknowledgement.outcome, journal::AppendOutcome::Appended) << token;
    EXPECT_EQ(acknowledgement.offset, static_cast<Offset>(token)) << "in the order of the appends";
  }
}

}  // namespace
}  // namespace firstcome::test
