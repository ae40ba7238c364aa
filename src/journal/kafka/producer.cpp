#include "journal/kafka/producer.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "journal/kafka/error.h"

namespace firstcome::journal::kafka {
namespace {

constexpr int kPollMs = 200;
constexpr milliseconds kRetry{500};
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

bool can_be_tried_again(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__QUEUE_FULL || error == RD_KAFKA_RESP_ERR__FATAL;
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
  const std::size_t place = dead_letter ? queues_.size() - 1 : static_cast<std::size_t>(append.partition);
  CHECK(place < queues_.size() - (dead_letter ? 0 : 1));
  PartitionQueue& queue = queues_[place];
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

void Producer::run() {
  Instant served{};
  while (!stopping_) {
    if (fatal_ && role_ == Role::Appending) renew();
    if (!connection_.client) continue;  // stopping
    const EventHandle event(rd_kafka_queue_poll(connection_.events.get(), kPollMs));
    if (event) handle(event.get());
    if (giving_up_.exchange(false)) fail_all();
    if (const Instant now = std::chrono::steady_clock::now(); now - served >= milliseconds(kPollMs)) {
      served = now;
      serve_queues(now);
    }
    report_refused();
    count_unacknowledged();
  }
}

void Producer::serve_queues(Instant now) {
  for (PartitionQueue& queue : queues_) {
    if (role_ == Role::Appending) {
      fail_older_than(now - settings_->message_timeout, queue);
    } else if (fatal_) {
      fail_older_than(Instant::max(), queue);
    }
    produce_waiting(queue);
  }
}

void Producer::produce_waiting(PartitionQueue& queue) {
  if (!connection_.client) return;
  std::vector<WaitingRecord> batch = queue.take_batch();
  if (batch.empty()) return;
  auto next = batch.begin();
  while (next != batch.end() && try_produce(*next)) ++next;
  queue.finish_batch(std::vector(std::make_move_iterator(next), std::make_move_iterator(batch.end())));
}

bool Producer::try_produce(WaitingRecord& record) {
  const Receipt receipt = *record.receipt;
  if (!receipt.sender->failed) {
    const rd_kafka_resp_err_t error = produce(record.append(), record.headers, record.receipt);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    if (can_be_tried_again(error)) return false;
  }
  receipt.queue->settled();
  fail(receipt);
  return true;
}

void Producer::fail(const Receipt& receipt) {
  forget(receipt);
  refuse(receipt.token, *receipt.sender);
}

void Producer::fail_older_than(Instant time, PartitionQueue& queue) {
  for (const WaitingRecord& record : queue.take_older_than(time)) fail(*record.receipt);
}

void Producer::fail_all() {
  for (PartitionQueue& queue : queues_) fail_older_than(Instant::max(), queue);
  rd_kafka_purge(connection_.handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void Producer::count_unacknowledged() {
  if (settings_->counters == nullptr || role_ != Role::Appending) return;
  std::int64_t records = 0;
  for (const PartitionQueue& queue : queues_) records += queue.records;
  settings_->counters->unacknowledged.set(records);
}

void Producer::handle(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR: deliver(event); break;
    case RD_KAFKA_EVENT_ERROR: {
      const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
      if (code == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(event) != 0) fatal_ = true;
      const Error error = error_of(code, "appending", rd_kafka_event_error_string(event));
      if (settings_->counters != nullptr && role_ == Role::Appending) settings_->counters->errors.add(error);
      report_unless_of_a_connection(*settings_, code, error);
      break;
    }
    default: break;
  }
}

void Producer::deliver(rd_kafka_event_t* event) {
  std::vector<Sender*> senders;
  std::vector<PartitionQueue*> drained;
  const Instant now = std::chrono::steady_clock::now();
  Instant oldest = now;
  std::uint64_t count = 0;
  bool failed = false;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    const std::unique_ptr<Receipt> receipt(static_cast<Receipt*>(message->_private));
    if (receipt->queue->settled()) drained.push_back(receipt->queue);
    const Acknowledgement acknowledgement = settle(*message, *receipt);
    if (acknowledgement.outcome == AppendOutcome::Appended) receipt->queue->moved_at = now;
    Sender& sender = *receipt->sender;
    if (sender.ready.empty()) senders.push_back(&sender);
    sender.ready.push_back(acknowledgement);
    if (acknowledgement.outcome != AppendOutcome::Appended) {
      if (!failed && role_ == Role::AppendingGapless) report_loss(*message);
      failed = true;
      if (role_ == Role::AppendingGapless) sender.failed = true;
    }
    oldest = std::min(oldest, receipt->appended_at);
    ++count;
  }
  if (failed && role_ == Role::AppendingGapless) fail_all();  // what follows a lost record must not be stored
  for (PartitionQueue* queue : drained) produce_waiting(*queue);
  if (settings_->counters != nullptr && role_ == Role::Appending && count > 0) {
    settings_->counters->append.observe(std::chrono::duration_cast<std::chrono::microseconds>(now - oldest),
                                        count);
    settings_->counters->commit_records.observe(count);
  }
  report_to(senders);
}

/// Reports the first loss of a gapless appender: it is the reason why the appender takes no more records. Records that
/// this producer purged itself are not reported.
void Producer::report_loss(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
    return;
  const char* topic = rd_kafka_topic_name(message.rkt);
  report(*settings_, error_of(message.err, fmt::format("appending to topic '{}'", topic)));
}

void Producer::forget(const Receipt& receipt) {
  --receipt.queue->records;
  receipt.queue->bytes -= receipt.bytes;
}

Acknowledgement Producer::settle(const rd_kafka_message_t& message, const Receipt& receipt) {
  forget(receipt);
  Acknowledgement acknowledgement{.token = receipt.token};
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    switch (rd_kafka_message_status(&message)) {
      case RD_KAFKA_MSG_STATUS_NOT_PERSISTED: acknowledgement.outcome = AppendOutcome::NotPersisted; break;
      case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
        acknowledgement.outcome = AppendOutcome::PossiblyPersisted;
        break;
      case RD_KAFKA_MSG_STATUS_PERSISTED: break;
    }
  }
  // A record that was sent twice is acknowledged without an offset.
  if (acknowledgement.outcome == AppendOutcome::Appended && message.offset >= 0) {
    acknowledgement.offset = message.offset;
  }
  return acknowledgement;
}

void Producer::report_refused() {
  std::vector<std::pair<Sender*, std::uint64_t>> refused;
  {
    const std::lock_guard lock(mutex_);
    refused.swap(refused_);
  }
  std::vector<Sender*> senders;
  for (const auto& [sender, token] : refused) {
    if (sender->ready.empty()) senders.push_back(sender);
    sender->ready.push_back({token, AppendOutcome::NotPersisted, std::nullopt});
  }
  report_to(senders);
}

void Producer::report_to(std::vector<Sender*>& senders) {
  for (Sender* sender : senders) {
    sender->sink.acknowledged(sender->ready);
    const auto reported = static_cast<std::int64_t>(sender->ready.size());
    sender->ready.clear();
    // With the lock: once outstanding is seen as 0, the sender may be destroyed.
    const std::lock_guard lock(mutex_);
    sender->outstanding -= reported;
    if (sender->outstanding == 0) settled_.notify_all();
  }
}

void Producer::renew() {
  Connection old;
  {
    const std::unique_lock lock(connection_mutex_);
    old = std::move(connection_);
  }
  retire(std::move(old));
  auto made = connect();
  while (!made.ok() && !stopping_) {
    report(*settings_, made.error());
    std::this_thread::sleep_for(kRetry);
    made = connect();
  }
  if (!made.ok()) return;
  if (settings_->counters != nullptr) settings_->counters->renewals.add();
  const std::unique_lock lock(connection_mutex_);
  connection_ = std::move(*made);
  fatal_ = false;
}

/// Fails the records that the old client still has, and reports them, before the client is destroyed.
void Producer::retire(Connection old) {
  rd_kafka_purge(old.handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (rd_kafka_outq_len(old.handle()) > 0) {
    const EventHandle event(rd_kafka_queue_poll(old.events.get(), kPollMs));
    if (event) handle(event.get());
  }
  report_refused();
}

}  // namespace firstcome::journal::kafka
