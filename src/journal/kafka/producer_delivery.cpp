// The producer's delivery thread: waiting records go out, delivery reports come back, a client with a fatal error is
// replaced.
#include <sys/prctl.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "journal/kafka/error.h"
#include "journal/kafka/producer.h"

namespace firstcome::journal::kafka {
namespace {

constexpr int kPollMs = 200;
constexpr milliseconds kRetry{500};
/// Of sleeps of the delivery thread; by default 50 µs.
constexpr unsigned long kTimerSlackNs = 1'000;

std::size_t length_of(const std::optional<std::string_view>& text) { return text ? text->size() : 0; }

}  // namespace

void Producer::run() {
  ::prctl(PR_SET_TIMERSLACK, kTimerSlackNs);
  Instant looked_at{};
  while (!stopping_) {
    if (fatal_ && role_ == Role::Appending) renew();
    if (!connection_.client) continue;  // stopping
    const EventHandle event(rd_kafka_queue_poll(connection_.events.get(), kPollMs));
    if (event) handle(event.get());
    if (giving_up_.exchange(false)) fail_all();
    if (const Instant now = std::chrono::steady_clock::now(); now - looked_at >= milliseconds(kPollMs)) {
      looked_at = now;
      fail_expired(now);
    }
    produce_waiting();
    report_refused();
    count_unacknowledged();
  }
}

void Producer::fail_expired(Instant now) {
  for (PartitionQueue& queue : queues_) {
    if (role_ == Role::Appending) {
      fail_older_than(now - settings_->message_timeout, queue);
    } else if (fatal_) {
      fail_older_than(Instant::max(), queue);
    }
  }
}

/// A broker thread of librdkafka wakes up for the first record of a batch. It waits for linger.ms, but in steps of a
/// millisecond. A flush, here without waiting, wakes it as soon as it may send.
void Producer::produce_waiting() {
  if (!connection_.client) return;
  std::optional<Instant> youngest;
  for (PartitionQueue& queue : queues_) {
    if (const auto begun = produce_batch(queue)) youngest = begun;
  }
  if (!youngest) return;
  std::this_thread::sleep_until(*youngest + kLinger);
  rd_kafka_flush(connection_.handle(), 0);
}

std::optional<Instant> Producer::produce_batch(PartitionQueue& queue) {
  std::vector<WaitingRecord> batch = queue.take_batch();
  if (batch.empty()) return std::nullopt;
  const Instant begun = std::chrono::steady_clock::now();
  std::size_t done = 0;
  while (done < batch.size()) {
    const std::size_t more = produce(std::span(batch).subspan(done));
    if (more == 0) break;
    done += more;
  }
  const auto rest = batch.begin() + static_cast<std::ptrdiff_t>(done);
  queue.finish_batch(std::vector(std::make_move_iterator(rest), std::make_move_iterator(batch.end())));
  return done > 0 ? std::optional(begun) : std::nullopt;
}

std::size_t Producer::produce(std::span<WaitingRecord> records) {
  WaitingRecord& first = records.front();
  if (first.receipt->sender->lost) {
    drop(first);
    return 1;
  }
  const auto alone = std::ranges::find_if(records, [](const WaitingRecord& record) {
    return record.headers || record.destination != Destination::Requests || record.receipt->sender->lost;
  });
  if (alone != records.begin())
    return produce_together(records.first(static_cast<std::size_t>(alone - records.begin())));
  const rd_kafka_resp_err_t error = produce_alone(first);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return 1;
  if (can_be_tried_again(error)) return 0;
  drop(first);
  return 1;
}

// librdkafka copies keys and values. Its parameters are not const because other flags make it take ownership.

std::size_t Producer::produce_together(std::span<WaitingRecord> records) {
  messages_.assign(records.size(), {});
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Append append = records[i].append();
    messages_[i].payload = const_cast<char*>(data_of(append.value));
    messages_[i].len = length_of(append.value);
    messages_[i].key = const_cast<char*>(data_of(append.key));
    messages_[i].key_len = length_of(append.key);
    messages_[i]._private = records[i].receipt.get();
  }
  rd_kafka_produce_batch(connection_.requests.get(), records.front().partition, RD_KAFKA_MSG_F_COPY,
                         messages_.data(), static_cast<int>(messages_.size()));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const rd_kafka_resp_err_t error = messages_[i].err;
    // An error is the same for all records after it: a full queue, or no such partition. Sizes were checked before.
    if (can_be_tried_again(error)) return i;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      drop(records[i]);
    } else {
      static_cast<void>(records[i].receipt.release());  // comes back with the delivery report
    }
  }
  return records.size();
}

rd_kafka_resp_err_t Producer::produce_alone(WaitingRecord& record) {
  const Append append = record.append();
  const bool is_request = append.destination == Destination::Requests;
  const std::string& topic = is_request ? settings_->topic : settings_->dead_letter_topic;
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      connection_.handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(append.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_VALUE(const_cast<char*>(data_of(append.value)), length_of(append.value)),
      RD_KAFKA_V_KEY(data_of(append.key), length_of(append.key)), RD_KAFKA_V_HEADERS(record.headers.get()),
      RD_KAFKA_V_OPAQUE(record.receipt.get()), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<void>(record.headers.release());  // librdkafka owns them now
    static_cast<void>(record.receipt.release());
  }
  return error;
}

void Producer::drop(const WaitingRecord& record) {
  if (role_ == Role::AppendingGapless) record.receipt->sender->lost = true;
  record.receipt->queue->settled();
  fail(*record.receipt);
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
  const Instant now = std::chrono::steady_clock::now();
  Instant oldest = now;
  std::uint64_t count = 0;
  bool failed = false;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    const std::unique_ptr<Receipt> receipt(static_cast<Receipt*>(message->_private));
    receipt->queue->settled();
    const Acknowledgement acknowledgement = settle(*message, *receipt);
    if (acknowledgement.outcome == AppendOutcome::Appended) receipt->queue->moved_at = now;
    Sender& sender = *receipt->sender;
    if (sender.ready.empty()) senders.push_back(&sender);
    sender.ready.push_back(acknowledgement);
    if (acknowledgement.outcome != AppendOutcome::Appended) {
      if (!failed && role_ == Role::AppendingGapless) report_loss(*message);
      failed = true;
      if (role_ == Role::AppendingGapless) sender.failed = sender.lost = true;
    }
    oldest = std::min(oldest, receipt->appended_at);
    ++count;
  }
  if (failed && role_ == Role::AppendingGapless) fail_all();  // what follows a lost record must not be stored
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
