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
  if (queue.records++ == 0) queue.moved_at = now;
  queue.bytes += receipt->bytes;
  if (queue.wait(WaitingRecord(append, std::move(receipt)))) rd_kafka_queue_yield(connection_.events.get());
  return true;
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
