#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "domain/check.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::test {

/// A consumer of another program in the issuers' group. It ends without leaving the group.
class ForeignMember {
 public:
  ForeignMember(const journal::KafkaSettings& settings, const std::string& assignor) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    const std::string session = std::to_string(settings.session_timeout.count());
    for (const auto& [key, value] :
         {std::pair{"bootstrap.servers", settings.servers}, std::pair{"group.id", settings.group},
          std::pair{"partition.assignment.strategy", assignor}, std::pair{"session.timeout.ms", session},
          std::pair{"heartbeat.interval.ms", std::string("100")}}) {
      CHECK(rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK);
    }
    consumer_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    CHECK(consumer_ != nullptr);
    rd_kafka_poll_set_consumer(consumer_);
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, settings.topic.c_str(), RD_KAFKA_PARTITION_UA);
    CHECK(rd_kafka_subscribe(consumer_, topics) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(topics);
  }
  ~ForeignMember() { rd_kafka_destroy_flags(consumer_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); }
  ForeignMember(const ForeignMember&) = delete;
  ForeignMember& operator=(const ForeignMember&) = delete;

  /// Polls; returns the number of its partitions.
  int owned() {
    if (rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_, 10)) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) refused_by_ = message->err;
      rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    CHECK(rd_kafka_assignment(consumer_, &assigned) == RD_KAFKA_RESP_ERR_NO_ERROR);
    const int count = assigned->cnt;
    rd_kafka_topic_partition_list_destroy(assigned);
    return count;
  }
  [[nodiscard]] rd_kafka_resp_err_t refused_by() const { return refused_by_; }

 private:
  rd_kafka_t* consumer_ = nullptr;
  rd_kafka_resp_err_t refused_by_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

}  // namespace firstcome::test
