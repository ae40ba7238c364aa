#include "journal/kafka/follower.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "journal/kafka/error.h"
#include "journal/kafka/raw_record.h"
#include "journal/same_log.h"

namespace firstcome::journal::kafka {
namespace {

/// Maximum number of records of one poll, because the decisions of one poll are published together.
constexpr std::size_t kMost = 4096;

/// From this version on, librdkafka validates the position when the leader changes. Then its thread begins to
/// fetch only when it has other work, such as a request, or after one second.
constexpr int kValidatesEpochs = 0x02010000;
constexpr milliseconds kWakeWithin{100};

}  // namespace

struct KafkaFollower::Reading {
  std::unique_ptr<Client> client;
  TopicHandle topic;
  QueueHandle queue;
  Partition partition = 0;
  bool started = false;

  ~Reading() {
    if (started) rd_kafka_consume_stop(topic.get(), partition);
  }
};

/// The messages of one poll, with their headers.
struct KafkaFollower::Messages {
  std::shared_ptr<Reading> reading;  ///< must be destroyed after the messages, because it owns their memory
  std::vector<rd_kafka_message_t*> received;
  std::vector<Header> headers;

  ~Messages() {
    for (rd_kafka_message_t* message : received) rd_kafka_message_destroy(message);
  }
};

namespace {

using std::chrono::steady_clock;

constexpr milliseconds kAskAgain{20};

/// Requests the offset at a time (ListOffsets); the protocol has special times for the two ends of a log.
/// Does not use rd_kafka_query_watermark_offsets, which before librdkafka 2.3 waits forever for a failed
/// leader (librdkafka issue 2588).
rd_kafka_resp_err_t ask_offset(const Client& client, Partition partition, Offset which, milliseconds patience,
                               Offset& found) {
  const PartitionsHandle asked(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t& answer =
      *rd_kafka_topic_partition_list_add(asked.get(), client.settings().topic.c_str(), partition);
  answer.offset = which;
  const auto failed =
      rd_kafka_offsets_for_times(client.handle(), asked.get(), static_cast<int>(patience.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return failed;
  found = answer.offset;
  if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) return answer.err;
  return found < 0 ? RD_KAFKA_RESP_ERR__FAIL : RD_KAFKA_RESP_ERR_NO_ERROR;
}

/// Every broker may know a new topic before the leader of each partition has begun to lead it.
bool is_being_elected(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

Error no_offset(rd_kafka_resp_err_t code, Partition partition, const std::string& name) {
  return error_of(code, fmt::format("reading the {} of partition {}", name, partition));
}

/// As ask_offset(), but waits for the election of a leader, as long as for one request.
Result<Offset> ask_offset_patiently(const Client& client, Partition partition, Offset which,
                                    const std::string& name) {
  const auto give_up = steady_clock::now() + client.settings().request_timeout;
  for (;;) {
    Offset found = 0;
    const auto failed = ask_offset(client, partition, which, client.settings().request_timeout, found);
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) return found;
    if (!is_being_elected(failed) || steady_clock::now() > give_up) return no_offset(failed, partition, name);
    std::this_thread::sleep_for(kAskAgain);
  }
}

}  // namespace

Result<Bounds> ask_bounds(const Client& client, Partition partition) {
  ASSIGN_OR_RETURN(const Offset start,
                   ask_offset_patiently(client, partition, RD_KAFKA_OFFSET_BEGINNING, "beginning"));
  ASSIGN_OR_RETURN(const Offset end, ask_offset_patiently(client, partition, RD_KAFKA_OFFSET_END, "end"));
  return Bounds{.start = start, .end = end};
}

Result<Offset> ask_end(const Client& client, Partition partition) {
  return ask_end(client, partition, client.settings().request_timeout);
}

Result<Offset> ask_end(const Client& client, Partition partition, milliseconds patience) {
  Offset end = 0;
  const auto failed = ask_offset(client, partition, RD_KAFKA_OFFSET_END, patience, end);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return no_offset(failed, partition, "end");
  return end;
}

Error outside_the_log(const KafkaSettings& settings, Partition partition, Offset position,
                      const Bounds& bounds) {
  if (position < bounds.start) return records_were_removed(partition, position, bounds.start);
  return Error::permanent(
      "Partition {}: position {} is outside the log of topic '{}', which begins at {} and ends at {}. The "
      "log was truncated or replaced (the topic was created again, or a backup was restored). This node "
      "stops deciding the partition: see FirstcomePartitionStopped in the runbook.",
      partition, position, settings.topic, bounds.start, bounds.end);
}

Result<std::unique_ptr<Follower>> KafkaFollower::make(std::shared_ptr<const KafkaSettings> settings,
                                                      Partition partition, Offset from) {
  std::unique_ptr<KafkaFollower> follower(new KafkaFollower(std::move(settings), partition, from));
  RETURN_IF_ERROR(follower->begin());
  return std::unique_ptr<Follower>(std::move(follower));
}

KafkaFollower::~KafkaFollower() = default;

Status KafkaFollower::begin() {
  auto reading = std::make_shared<Reading>();
  ASSIGN_OR_RETURN(reading->client, Client::make(Role::Following, settings_));
  reading->partition = partition_;
  reading->topic.reset(rd_kafka_topic_new(reading->client->handle(), settings_->topic.c_str(), nullptr));
  reading->queue.reset(rd_kafka_queue_new(reading->client->handle()));
  if (!reading->topic ||
      rd_kafka_consume_start_queue(reading->topic.get(), partition_, position_, reading->queue.get()) != 0) {
    return error_of(rd_kafka_last_error(), fmt::format("following partition {}", partition_));
  }
  reading->started = true;
  reading_ = std::move(reading);
  interruptions_ = ~std::uint64_t{0};  // the first fetch of a new client is always interrupted
  return Done{};
}

Result<Fetch> KafkaFollower::poll(milliseconds timeout) {
  if (trouble_) {
    Error error = explain(*trouble_, out_of_range_);
    trouble_.reset();
    return error;
  }
  if (!reading_) RETURN_IF_ERROR(begin());
  auto messages = std::make_shared<Messages>();
  messages->reading = reading_;
  receive(*messages, timeout);
  const std::uint64_t interruptions = reading_->client->interruptions().count();
  const bool interrupted = std::exchange(interruptions_, interruptions) != interruptions;
  if (interrupted && messages->received.empty() && rd_kafka_version() >= kValidatesEpochs) {
    (void)ask_end(*reading_->client, partition_, kWakeWithin);
  }
  Fetch fetch = take(std::move(messages));
  fetch.interrupted = interrupted;
  if (trouble_ && fetch.records.empty() && !fetch.at_end) return poll(timeout);
  return fetch;
}

/// Waits for one message, then takes the available ones without waiting, because librdkafka's batch call
/// waits until the batch is full or the timeout is over.
void KafkaFollower::receive(Messages& messages, milliseconds timeout) const {
  rd_kafka_message_t* first =
      rd_kafka_consume_queue(reading_->queue.get(), static_cast<int>(timeout.count()));
  if (first == nullptr) return;
  messages.received.resize(kMost);
  messages.received[0] = first;
  const auto more =
      rd_kafka_consume_batch_queue(reading_->queue.get(), 0, messages.received.data() + 1, kMost - 1);
  messages.received.resize(1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0)));
}

Fetch KafkaFollower::take(std::shared_ptr<Messages> messages) {
  Fetch fetch;
  std::vector<std::size_t> headers_end;  // of each record, in messages->headers
  fetch.records.reserve(messages->received.size());
  headers_end.reserve(messages->received.size());
  for (const rd_kafka_message_t* message : messages->received) {
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      // Skips transaction markers and aborted records after the last record.
      position_ = std::max<Offset>(position_, message->offset);
      fetch.at_end = true;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      trouble_ = error_of(message->err, fmt::format("following partition {}", partition_),
                          rd_kafka_message_errstr(message));
      out_of_range_ = message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                      message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
      reading_.reset();  // do not use the messages after it
      break;
    } else if (message->offset >= position_) {
      fetch.records.push_back(record_of(*message));
      add_headers(*message, messages->headers);
      headers_end.push_back(messages->headers.size());
      position_ = message->offset + 1;
    }
  }
  for (std::size_t i = 0, begin = 0; i < fetch.records.size(); begin = headers_end[i++]) {
    fetch.records[i].headers = std::span(messages->headers).subspan(begin, headers_end[i] - begin);
  }
  fetch.position = position_;
  fetch.memory = std::move(messages);
  return fetch;
}

Error KafkaFollower::explain(const Error& trouble, bool out_of_range) {
  if (!out_of_range) return trouble;
  const auto bounds = [&]() -> Result<Bounds> {
    ASSIGN_OR_RETURN(const auto client, Client::make(Role::Asking, settings_));
    return ask_bounds(*client, partition_);
  }();
  if (!bounds.ok()) return bounds.error();
  // The error may come from a broker with an old end: the next poll tries again.
  if (position_ >= bounds->start && position_ <= bounds->end) return trouble;
  return outside_the_log(*settings_, partition_, position_, *bounds);
}

}  // namespace firstcome::journal::kafka
