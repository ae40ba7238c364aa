#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <thread>
#include <vector>

#include "journal/kafka/client.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/partition_queue.h"

namespace firstcome::journal::kafka {

/// An appender's side of a producer.
struct Sender {
  AcknowledgementSink& sink;
  std::atomic<std::int64_t> outstanding{0};  ///< appended, and not reported to the sink yet
  std::atomic<bool> failed{false};  ///< gapless, and a record was refused or lost: appends nothing more
  bool lost{false};  ///< a record was lost: what waits fails, too. Only the delivery thread uses it
  std::vector<Acknowledgement> ready{};  ///< used by the delivery thread only
};

/// An idempotent producer, and the delivery thread that passes its delivery reports to the senders. After a fatal error
/// of librdkafka a new client replaces the old one; a gapless producer is not replaced, and all its later appends fail.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> make(Role role, std::shared_ptr<const KafkaSettings> settings,
                                                std::int32_t partitions);
  ~Producer();

  /// Any thread. False: the queue is full, the sender has failed, or the client is being replaced; nothing was appended.
  bool append(const Append& append, Sender& sender);
  /// Waits until every append of the sender is reported; returns false if that takes longer than `most`.
  bool wait_settled(Sender& sender, milliseconds most);
  void wait_settled(Sender& sender);
  /// Why the partition is out of service, if records have waited for a second without any acknowledgement; else empty.
  /// Any thread.
  [[nodiscard]] std::string trouble(Partition partition) const;
  /// Fails all records that are not acknowledged yet. Any thread.
  void give_up();
  /// For tests: raises a fatal error of librdkafka.
  void provoke_fatal_error();

 private:
  /// The order matters: members are destroyed from the last to the first.
  struct Connection {
    std::unique_ptr<Client> client;
    QueueHandle events;
    TopicHandle requests;
    [[nodiscard]] rd_kafka_t* handle() const { return client->handle(); }
  };
  Producer(Role role, std::shared_ptr<const KafkaSettings> settings, std::int32_t partitions);
  Result<Connection> connect();
  void refuse(std::uint64_t token, Sender& sender);
  /// The record no longer counts against the limits of its partition.
  static void forget(const Receipt& receipt);

  // --- the delivery thread
  void run();
  void report_refused();
  void fail_expired(Instant now);
  /// Gives librdkafka the next batch of every partition without one in flight.
  void produce_waiting();
  /// When librdkafka got the first record of the batch; nothing: it got none.
  std::optional<Instant> produce_batch(PartitionQueue& queue);
  /// The number of records, from the first on, that librdkafka has or that have failed. The others can be tried again.
  std::size_t produce(std::span<WaitingRecord> records);
  /// Records of the journal's topic without headers.
  std::size_t produce_together(std::span<WaitingRecord> records);
  rd_kafka_resp_err_t produce_alone(WaitingRecord& record);
  /// librdkafka did not take the record, and does not take it later.
  void drop(const WaitingRecord& record);
  void fail(const Receipt& receipt);
  void fail_older_than(Instant time, PartitionQueue& queue);
  void fail_all();
  void count_unacknowledged();
  void handle(rd_kafka_event_t* event);
  void deliver(rd_kafka_event_t* event);
  void report_loss(const rd_kafka_message_t& message);
  Acknowledgement settle(const rd_kafka_message_t& message, const Receipt& receipt);
  void report_to(std::vector<Sender*>& senders);
  void renew();
  void retire(Connection old);

  const Role role_;
  const std::shared_ptr<const KafkaSettings> settings_;
  std::vector<PartitionQueue> queues_;  ///< one per partition, then the one of the dead letters
  std::shared_mutex connection_mutex_;
  /// Guarded by connection_mutex_; only the delivery thread changes it. Without a client while it is being replaced.
  Connection connection_;
  /// Set before the connection is replaced, so that appenders do not hold connection_mutex_ for long.
  std::atomic<bool> fatal_{false};
  std::atomic<bool> giving_up_{false};
  std::atomic<bool> stopping_{false};
  std::vector<rd_kafka_message_t> messages_;  ///< reused by the delivery thread
  std::mutex mutex_;  // guards the next two, and the change of a sender's `outstanding` to 0
  std::condition_variable settled_;
  std::vector<std::pair<Sender*, std::uint64_t>> refused_;  ///< accepted, but certainly not stored
  std::thread thread_;
};

}  // namespace firstcome::journal::kafka
