#include "journal/kafka/producer.h"

#include <fmt/format.h>

#include "journal/kafka/error.h"

namespace firstcome::journal::kafka {
namespace {

/// Working brokers acknowledge a record sooner.
constexpr milliseconds kUnacknowledgedLong{1'000};
/// Upper bounds of the framing that counts towards a broker's limit: of a batch with one record, and of a header.
constexpr std::size_t kBatchFrame = 96;
constexpr std::size_t kHeaderFrame = 12;
constexpr std::size_t kRequestLimit = 1024UL * 1024;
constexpr std::size_t kDeadLetterLimit = 2 * kRequestLimit;

std::size_t size_of(const Append& append) {
  std::size_t bytes = kBatchFrame;
  if (append.key) bytes += append.key->size();
  if (append.value) bytes += append.value->size();
  for (const Header& header : append.headers) bytes += header.key.size() + header.value.size() + kHeaderFrame;
  return bytes;
}

std::size_t length_of(const std::optional<std::string_view>& text) { return text ? text->size() : 0; }

}  // namespace

Producer::Producer(Role role, std::shared_ptr<const KafkaSettings> settings, std::int32_t partitions)
    : role_(role), settings_(std::move(settings)), queues_(static_cast<std::size_t>(partitions) + 1) {}

Result<std::unique_ptr<Producer>> Producer::make(Role role, std::shared_ptr<const KafkaSettings> settings,
                                                 std::int32_t partitions) {
  std::unique_ptr<Producer> producer(new Producer(role, std::move(settings), partitions));
  ASSIGN_OR_RETURN(producer->connection_, producer->connect());
  producer->thread_ = std::thread([raw = producer.get()] { raw->run(); });
  return producer;
}

Producer::~Producer() {
  if (!thread_.joinable()) return;  // connect() failed
  stopping_ = true;
  {
    const std::shared_lock lock(connection_mutex_);
    if (connection_.client) rd_kafka_queue_yield(connection_.events.get());
  }
  thread_.join();
}

Result<Producer::Connection> Producer::connect() {
  Connection connection;
  ASSIGN_OR_RETURN(connection.client, Client::make(role_, settings_));
  connection.events.reset(rd_kafka_queue_get_main(connection.handle()));
  connection.requests.reset(rd_kafka_topic_new(connection.handle(), settings_->topic.c_str(), nullptr));
  if (!connection.requests) {
    return Error::permanent("Kafka: '{}' is not a valid topic name.", settings_->topic);
  }
  return connection;
}

bool Producer::append(const Append& append, Sender& sender) {
  const bool dead_letter = append.destination == Destination::DeadLetters;
  const std::size_t index = dead_letter ? queues_.size() - 1 : static_cast<std::size_t>(append.partition);
  CHECK(index < queues_.size() - (dead_letter ? 0 : 1));
  PartitionQueue& queue = queues_[index];
  const std::size_t bytes = size_of(append);
  if (sender.failed || fatal_ || queue.records >= static_cast<std::int64_t>(settings_->pending_records) ||
      queue.bytes >= static_cast<std::int64_t>(settings_->pending_bytes)) {
    return false;
  }
  const std::shared_lock connected(connection_mutex_);
  if (!connection_.client) return false;
  ++sender.outstanding;
  if (bytes > (dead_letter ? kDeadLetterLimit : kRequestLimit)) {
    refuse(append.token, sender);
    return true;
  }
  const Instant now = std::chrono::steady_clock::now();
  auto receipt = std::make_unique<Receipt>(
      Receipt{&sender, &queue, append.token, static_cast<std::int64_t>(bytes), now});
  const std::lock_guard in_order(queue.mutex);
  if (queue.records++ == 0) queue.moved_at = now;
  queue.bytes += receipt->bytes;
  if (!queue.admits(now)) {
    queue.wait(WaitingRecord(append, std::move(receipt)));
    return true;
  }
  HeadersHandle headers = copy_of(append.headers);
  const rd_kafka_resp_err_t error = produce(append, headers, receipt);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  queue.not_admitted();
  forget(*receipt);
  if (can_be_tried_again(error)) {
    --sender.outstanding;
    return false;
  }
  refuse(append.token, sender);
  return true;
}

rd_kafka_resp_err_t Producer::produce(const Append& append, HeadersHandle& headers,
                                      std::unique_ptr<Receipt>& receipt) {
  // librdkafka copies key and value. Its parameters are not const because other flags make it take ownership.
  const auto value = const_cast<char*>(data_of(append.value));
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (append.destination == Destination::Requests && !headers) {
    if (rd_kafka_produce(connection_.requests.get(), append.partition, RD_KAFKA_MSG_F_COPY, value,
                         length_of(append.value), data_of(append.key), length_of(append.key),
                         receipt.get()) != 0) {
      error = rd_kafka_last_error();
    }
  } else {
    const std::string& topic =
        append.destination == Destination::Requests ? settings_->topic : settings_->dead_letter_topic;
    error = rd_kafka_producev(
        connection_.handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(append.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, length_of(append.value)),
        RD_KAFKA_V_KEY(data_of(append.key), length_of(append.key)), RD_KAFKA_V_HEADERS(headers.get()),
        RD_KAFKA_V_OPAQUE(receipt.get()), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
      static_cast<void>(headers.release());  // librdkafka owns them now
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
    static_cast<void>(receipt.release());  // comes back with the delivery report
  return error;
}

void Producer::refuse(std::uint64_t token, Sender& sender) {
  if (role_ == Role::AppendingGapless) sender.failed = true;
  {
    const std::lock_guard lock(mutex_);
    refused_.emplace_back(&sender, token);
  }
  rd_kafka_queue_yield(connection_.events.get());
}

void Producer::forget(const Receipt& receipt) {
  --receipt.queue->records;
  receipt.queue->bytes -= receipt.bytes;
}

std::string Producer::trouble(Partition partition) const {
  const PartitionQueue& queue = queues_[static_cast<std::size_t>(partition)];
  const std::int64_t records = queue.records;
  const auto since =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - queue.moved_at.load());
  if (records == 0 || since < kUnacknowledgedLong) return {};
  return fmt::format("{} records wait for Kafka's acknowledgement, which last came {} s ago.", records,
                     since.count());
}

bool Producer::wait_settled(Sender& sender, milliseconds most) {
  std::unique_lock lock(mutex_);
  return settled_.wait_for(lock, most, [&] { return sender.outstanding == 0; });
}

void Producer::wait_settled(Sender& sender) {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [&] { return sender.outstanding == 0; });
}

void Producer::give_up() {
  giving_up_ = true;
  const std::shared_lock lock(connection_mutex_);
  if (connection_.client) rd_kafka_queue_yield(connection_.events.get());
}

void Producer::provoke_fatal_error() {
  const std::shared_lock lock(connection_mutex_);
  CHECK(connection_.client != nullptr);
  rd_kafka_test_fatal_error(connection_.handle(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
}

}  // namespace firstcome::journal::kafka
