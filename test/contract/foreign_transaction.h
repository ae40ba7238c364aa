#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "domain/check.h"
#include "domain/ids.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::test {

/// Another program's transactional producer, which writes to the journal's topic.
class ForeignTransaction {
 public:
  explicit ForeignTransaction(const journal::KafkaSettings& settings) : topic_(settings.topic) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    for (const auto& [key, value] :
         {std::pair{"bootstrap.servers", settings.servers}, std::pair{"transactional.id", settings.topic}}) {
      CHECK(rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK);
    }
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    CHECK(producer_ != nullptr);
    done(rd_kafka_init_transactions(producer_, kMostMs));
  }
  ~ForeignTransaction() { rd_kafka_destroy(producer_); }
  ForeignTransaction(const ForeignTransaction&) = delete;
  ForeignTransaction& operator=(const ForeignTransaction&) = delete;

  void begin() { done(rd_kafka_begin_transaction(producer_)); }
  /// Returns when it is in the log.
  void append(Partition partition, const std::string& value) {
    CHECK(rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(partition),
                            RD_KAFKA_V_KEY("7", 1), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                            RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                            RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
    CHECK(rd_kafka_flush(producer_, kMostMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void commit() { done(rd_kafka_commit_transaction(producer_, kMostMs)); }
  void give_up() { done(rd_kafka_abort_transaction(producer_, kMostMs)); }

 private:
  static constexpr int kMostMs = 30'000;
  static void done(rd_kafka_error_t* error) { CHECK(error == nullptr); }

  const std::string topic_;
  rd_kafka_t* producer_ = nullptr;
};

}  // namespace firstcome::test
