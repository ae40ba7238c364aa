#pragma once

#include <memory>

#include "journal/kafka/producer.h"

namespace firstcome::journal::kafka {

/// Has its own producer. If the producer fails, the appender has failed too.
class KafkaGaplessAppender : public GaplessAppender {
 public:
  KafkaGaplessAppender(std::unique_ptr<Producer> producer, AcknowledgementSink& sink)
      : sender_{sink}, producer_(std::move(producer)) {}
  ~KafkaGaplessAppender() override {
    if (!producer_) return;
    producer_->give_up();
    producer_->wait_settled(sender_);
  }
  /// False also if the producer could not be made; then the owner makes another appender later.
  bool try_append(const Append& append) override { return producer_ && producer_->append(append, sender_); }

 private:
  Sender sender_;
  std::unique_ptr<Producer> producer_;
};

}  // namespace firstcome::journal::kafka
