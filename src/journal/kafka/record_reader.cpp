#include "journal/kafka/record_reader.h"

#include <chrono>

#include "journal/kafka/error.h"
#include "journal/kafka/follower.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/raw_record.h"
#include "journal/kafka/topic_metadata.h"

namespace firstcome::journal::kafka {
namespace {

using Checksum = std::optional<std::uint32_t>;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;

constexpr milliseconds kWakeWithin{150};

/// Reads a partition until it is destroyed.
class Started {
 public:
  Started(const Client& client, Partition partition)
      : topic_(rd_kafka_topic_new(client.handle(), client.settings().topic.c_str(), nullptr)),
        queue_(rd_kafka_queue_new(client.handle())),
        partition_(partition) {}
  ~Started() {
    if (started_) rd_kafka_consume_stop(topic_.get(), partition_);
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  bool start(Offset from) {
    started_ = topic_ && rd_kafka_consume_start_queue(topic_.get(), partition_, from, queue_.get()) == 0;
    return started_;
  }
  /// librdkafka's thread looks for new partitions once per second, or when it has other work, such as this
  /// request. Without the request a comparison takes 1,005 ms, with it 3 to 30 ms.
  /// If the leader does not answer, there may be another one. This client follows no partition, so it does
  /// not learn that by itself: with librdkafka 2.8 each comparison then took the whole timeout.
  void wake(const Client& client) {
    if (ask_end(client, partition_, kWakeWithin).ok()) return;
    refresh_leaders(client, topic_.get(), kWakeWithin);
  }
  MessageHandle next(milliseconds timeout) {
    return MessageHandle(rd_kafka_consume_queue(queue_.get(), static_cast<int>(timeout.count())));
  }

 private:
  TopicHandle topic_;
  QueueHandle queue_;
  Partition partition_;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> RecordReader::make(std::shared_ptr<const KafkaSettings> settings,
                                                         std::int32_t partitions) {
  ASSIGN_OR_RETURN(auto client, Client::make(Role::Comparing, std::move(settings)));
  return std::unique_ptr<RecordReader>(new RecordReader(std::move(client), partitions));
}

Result<Checksum> RecordReader::checksum_at(Partition partition, Offset offset) {
  const std::string what = fmt::format("reading the record at offset {} of partition {}", offset, partition);
  const std::lock_guard lock(reading_.at(static_cast<std::size_t>(partition)));
  Started reading(*client_, partition);
  if (!reading.start(offset)) return error_of(rd_kafka_last_error(), what);
  const auto give_up = std::chrono::steady_clock::now() + client_->settings().request_timeout;
  do {
    reading.wake(*client_);
    const MessageHandle message = reading.next(milliseconds{20});
    if (!message) continue;
    switch (message->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR: {
        if (message->offset != offset) return Checksum{};
        std::vector<Header> headers;
        add_headers(*message, headers);
        RawRecord record = record_of(*message);
        record.headers = headers;
        return Checksum{checksum(record)};
      }
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return Checksum{};
      default: return error_of(message->err, what, rd_kafka_message_errstr(message.get()));
    }
  } while (std::chrono::steady_clock::now() < give_up);
  return error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
}

}  // namespace firstcome::journal::kafka
