#include "journal/kafka/producer.h"

#include <algorithm>

#include "journal/kafka/error.h"

namespace firstcome::journal::kafka {
namespace {

constexpr int kPollMs = 200;
constexpr milliseconds kRetry{500};
/// The longest that brokers at work take to acknowledge something.
constexpr milliseconds kUnacknowledgedLong{1'000};
/// Framing that counts towards a broker's limit, at most: of the batch, of the record, of a header.
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

/// Null is for no text at all; empty text must point somewhere.
const char* pointer(const std::optional<std::string_view>& text) {
  if (!text) return nullptr;
  return text->data() != nullptr ? text->data() : "";
}
std::size_t length(const std::optional<std::string_view>& text) { return text ? text->size() : 0; }

HeadersHandle copy(std::span<const Header> headers) {
  HeadersHandle copied(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    const auto value = header.is_null ? std::nullopt : std::optional(header.value);
    const auto added =
        rd_kafka_header_add(copied.get(), pointer(header.key), static_cast<ssize_t>(header.key.size()),
                            pointer(value), static_cast<ssize_t>(length(value)));
    CHECK(added == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  return copied;
}

}  // namespace

Producer::Producer(Role role, std::shared_ptr<const KafkaSettings> settings, std::int32_t partitions)
    : role_(role), settings_(std::move(settings)), pending_(static_cast<std::size_t>(partitions) + 1) {}

Result<std::unique_ptr<Producer>> Producer::make(Role role, std::shared_ptr<const KafkaSettings> settings,
                                                 std::int32_t partitions) {
  std::unique_ptr<Producer> producer(new Producer(role, std::move(settings), partitions));
  auto connection = producer->connect();
  if (!connection.ok()) return connection.error();
  producer->connection_ = std::move(*connection);
  producer->thread_ = std::thread([raw = producer.get()] { raw->run(); });
  return producer;
}

Producer::~Producer() {
  if (!thread_.joinable()) return;  // never began
  stopping_ = true;
  {
    const std::shared_lock lock(connection_mutex_);
    if (connection_.client) rd_kafka_queue_yield(connection_.events.get());
  }
  thread_.join();
}

Result<Producer::Connection> Producer::connect() {
  auto client = Client::make(role_, settings_);
  if (!client.ok()) return client.error();
  Connection connection{.client = std::move(*client)};
  connection.events.reset(rd_kafka_queue_get_main(connection.handle()));
  connection.requests.reset(rd_kafka_topic_new(connection.handle(), settings_->topic.c_str(), nullptr));
  if (!connection.requests) {
    return Error{Error::Kind::Permanent, "Kafka: '" + settings_->topic + "' is no name of a topic."};
  }
  return connection;
}

bool Producer::append(const Append& append, Sender& sender) {
  const bool dead_letter = append.destination == Destination::DeadLetters;
  const std::size_t place = dead_letter ? pending_.size() - 1 : static_cast<std::size_t>(append.partition);
  CHECK(place < pending_.size() - (dead_letter ? 0 : 1));
  Pending& pending = pending_[place];
  const std::size_t bytes = size_of(append);
  if (sender.failed || fatal_ || pending.records >= static_cast<std::int64_t>(settings_->pending_records) ||
      pending.bytes >= static_cast<std::int64_t>(settings_->pending_bytes)) {
    return false;
  }
  const std::shared_lock lock(connection_mutex_);
  if (!connection_.client) return false;
  const auto size = static_cast<std::int64_t>(bytes);
  ++sender.outstanding;
  if (bytes > (dead_letter ? kDeadLetterLimit : kRequestLimit)) {
    refuse(append, sender);
    return true;
  }
  if (pending.records++ == 0) pending.moved_at = std::chrono::steady_clock::now();
  pending.bytes += size;
  auto receipt = std::make_unique<Receipt>(Receipt{&sender, &pending, append.token, size});
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (hand_over(append, receipt.get(), error)) {
    receipt.release();  // comes back with the delivery report
    return true;
  }
  --pending.records;
  pending.bytes -= size;
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL || error == RD_KAFKA_RESP_ERR__FATAL) {
    --sender.outstanding;
    return false;
  }
  refuse(append, sender);
  return true;
}

bool Producer::hand_over(const Append& append, Receipt* receipt, rd_kafka_resp_err_t& error) {
  // librdkafka copies key and value; its parameters are not const for the case that it did not.
  const auto value = const_cast<char*>(pointer(append.value));
  if (append.destination == Destination::Requests && append.headers.empty()) {
    if (rd_kafka_produce(connection_.requests.get(), append.partition, RD_KAFKA_MSG_F_COPY, value,
                         length(append.value), pointer(append.key), length(append.key), receipt) == 0) {
      return true;
    }
    error = rd_kafka_last_error();
    return false;
  }
  HeadersHandle headers = copy(append.headers);
  const std::string& topic =
      append.destination == Destination::Requests ? settings_->topic : settings_->dead_letter_topic;
  error = rd_kafka_producev(connection_.handle(), RD_KAFKA_V_TOPIC(topic.c_str()),
                            RD_KAFKA_V_PARTITION(append.partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                            RD_KAFKA_V_VALUE(value, length(append.value)),
                            RD_KAFKA_V_KEY(pointer(append.key), length(append.key)),
                            RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(receipt), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  headers.release();  // the record's now
  return true;
}

void Producer::refuse(const Append& append, Sender& sender) {
  if (role_ == Role::AppendingGapless) sender.failed = true;
  {
    const std::lock_guard lock(mutex_);
    refused_.emplace_back(&sender, append.token);
  }
  rd_kafka_queue_yield(connection_.events.get());
}

std::string Producer::trouble(Partition partition) const {
  const Pending& pending = pending_[static_cast<std::size_t>(partition)];
  const std::int64_t records = pending.records;
  const auto since =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - pending.moved_at.load());
  if (records == 0 || since < kUnacknowledgedLong) return {};
  return std::to_string(records) + " records wait for Kafka's acknowledgement, which last came " +
         std::to_string(since.count()) + " s ago.";
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
  const std::shared_lock lock(connection_mutex_);
  if (!connection_.client) return;
  rd_kafka_purge(connection_.handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void Producer::provoke_fatal_error() {
  const std::shared_lock lock(connection_mutex_);
  CHECK(connection_.client != nullptr);
  rd_kafka_test_fatal_error(connection_.handle(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
}

void Producer::run() {
  while (!stopping_) {
    if (fatal_ && role_ == Role::Appending) make_anew();
    if (!connection_.client) continue;  // stopping
    const EventHandle event(rd_kafka_queue_poll(connection_.events.get(), kPollMs));
    if (event) handle(event.get());
    tell_refused();
    count_unacknowledged();
  }
}

void Producer::count_unacknowledged() {
  if (settings_->counters == nullptr || role_ != Role::Appending) return;
  std::int64_t records = 0;
  for (const Pending& pending : pending_) records += pending.records;
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
  const Instant now = std::chrono::steady_clock::now();
  std::int64_t longest_us = 0;
  std::uint64_t count = 0;
  bool failed = false;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    const std::unique_ptr<Receipt> receipt(static_cast<Receipt*>(message->_private));
    const Acknowledgement acknowledgement = settle(*message, *receipt);
    if (acknowledgement.outcome == AppendOutcome::Appended) receipt->pending->moved_at = now;
    Sender& sender = *receipt->sender;
    if (sender.ready.empty()) senders.push_back(&sender);
    sender.ready.push_back(acknowledgement);
    if (acknowledgement.outcome != AppendOutcome::Appended) {
      if (!failed && role_ == Role::AppendingGapless) report_loss(*message);
      failed = true;
      if (role_ == Role::AppendingGapless) sender.failed = true;
    }
    longest_us = std::max(longest_us, rd_kafka_message_latency(message));
    ++count;
  }
  if (settings_->counters != nullptr && role_ == Role::Appending && count > 0) {
    settings_->counters->append.observe(std::chrono::microseconds(longest_us), count);
    settings_->counters->commit_records.observe(count);
  }
  tell(senders);
  if (failed && role_ == Role::AppendingGapless) give_up();  // everything behind fails, too
}

/// Of a gapless appender nobody but its first loss says why it takes no more. What is given up was so asked.
void Producer::report_loss(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
    return;
  report(*settings_, error_of(message.err,
                              std::string("appending to topic '") + rd_kafka_topic_name(message.rkt) + '\''));
}

Acknowledgement Producer::settle(const rd_kafka_message_t& message, const Receipt& receipt) {
  --receipt.pending->records;
  receipt.pending->bytes -= receipt.bytes;
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
  // A record that was sent twice is acknowledged without a place.
  if (acknowledgement.outcome == AppendOutcome::Appended && message.offset >= 0) {
    acknowledgement.offset = message.offset;
  }
  return acknowledgement;
}

void Producer::tell_refused() {
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
  tell(senders);
}

void Producer::tell(std::vector<Sender*>& senders) {
  for (Sender* sender : senders) {
    sender->sink.acknowledged(sender->ready);
    const auto told = static_cast<std::int64_t>(sender->ready.size());
    sender->ready.clear();
    // Under the lock, because a sender whose outstanding is seen as 0 may be gone.
    const std::lock_guard lock(mutex_);
    sender->outstanding -= told;
    if (sender->outstanding == 0) settled_.notify_all();
  }
}

void Producer::make_anew() {
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

/// What it still holds fails, and is told before it goes.
void Producer::retire(Connection old) {
  rd_kafka_purge(old.handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (rd_kafka_outq_len(old.handle()) > 0) {
    const EventHandle event(rd_kafka_queue_poll(old.events.get(), kPollMs));
    if (event) handle(event.get());
  }
  tell_refused();
}

}  // namespace firstcome::journal::kafka
