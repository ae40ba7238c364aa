#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "journal/kafka/client.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {

/// An appender's side of a producer.
struct Sender {
  AcknowledgementSink& sink;
  std::atomic<std::int64_t> outstanding{0};  ///< taken and not told yet
  std::atomic<bool> failed{false};           ///< gapless, and a record was lost: takes nothing more
  std::vector<Acknowledgement> ready{};      ///< the delivery thread's
};

/// An idempotent producer and the thread that hands its delivery reports to the senders. After an error it
/// cannot recover from, a new one takes its place (gapless: everything fails from there on).
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> make(Role role, std::shared_ptr<const KafkaSettings> settings,
                                                std::int32_t partitions);
  ~Producer();

  /// Any thread. False: full, failed, or being made anew; nothing was taken.
  bool append(const Append& append, Sender& sender);
  /// Returns when everything the sender appended is told, or false after so long.
  bool wait_settled(Sender& sender, milliseconds most);
  void wait_settled(Sender& sender);
  /// Records of this partition have waited long, and none is acknowledged meanwhile: says so, else nothing.
  /// Any thread.
  [[nodiscard]] std::string trouble(Partition partition) const;
  /// What is not acknowledged yet fails, now.
  void give_up();
  /// For tests: an error librdkafka cannot recover from.
  void provoke_fatal_error();

 private:
  /// In the order in which they must be made; destroyed in the opposite one.
  struct Connection {
    std::unique_ptr<Client> client;
    QueueHandle events;
    TopicHandle requests;
    [[nodiscard]] rd_kafka_t* handle() const { return client->handle(); }
  };
  /// What waits for acknowledgement of one partition, or of the dead letters.
  struct alignas(64) Pending {
    std::atomic<std::int64_t> records{0};
    std::atomic<std::int64_t> bytes{0};
    /// When one was acknowledged last, or when the first came that waits since.
    std::atomic<Instant> moved_at{};
  };
  /// Travels with a record as librdkafka's opaque.
  struct Receipt {
    Sender* sender;
    Pending* pending;
    std::uint64_t token;
    std::int64_t bytes;
  };

  Producer(Role role, std::shared_ptr<const KafkaSettings> settings, std::int32_t partitions);
  Result<Connection> connect();
  bool hand_over(const Append& append, Receipt* receipt, rd_kafka_resp_err_t& error);
  void refuse(const Append& append, Sender& sender);

  // --- the delivery thread
  void run();
  void tell_refused();
  void count_unacknowledged();
  void handle(rd_kafka_event_t* event);
  void deliver(rd_kafka_event_t* event);
  void report_loss(const rd_kafka_message_t& message);
  Acknowledgement settle(const rd_kafka_message_t& message, const Receipt& receipt);
  void tell(std::vector<Sender*>& senders);
  void make_anew();
  void retire(Connection old);

  const Role role_;
  const std::shared_ptr<const KafkaSettings> settings_;
  std::vector<Pending> pending_;  ///< one a partition, then the dead letters'
  std::shared_mutex connection_mutex_;
  Connection connection_;  // guarded by connection_mutex_; without a client: being made anew
  /// Said before the connection is taken away, so that appenders do not stand in the way of that.
  std::atomic<bool> fatal_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards the two below, and that an outstanding that has become 0 is seen
  std::condition_variable settled_;
  std::vector<std::pair<Sender*, std::uint64_t>> refused_;  ///< taken, but certainly not to be stored
  std::thread thread_;
};

}  // namespace firstcome::journal::kafka
