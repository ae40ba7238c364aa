#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {

struct Sender;
class PartitionQueue;

/// A batch is what librdkafka sends in one request: its batch.num.messages and batch.size. The bytes are below the
/// topic's max.message.bytes, which limits a batch.
inline constexpr std::ptrdiff_t kBatchRecords = 10'000;
inline constexpr std::int64_t kBatchBytes = 900'000;
/// librdkafka's linger.ms: it sends nothing that is younger. So it has the whole batch when it looks at it, although its
/// broker thread wakes up with the first record.
inline constexpr std::chrono::microseconds kLinger{80};

/// What the delivery report of a record needs. librdkafka carries it as the message's opaque.
struct Receipt {
  Sender* sender;
  PartitionQueue* queue;
  std::uint64_t token;
  std::int64_t bytes;
  Instant appended_at;
};

/// The data pointer that librdkafka expects: null for no text, not null for an empty one.
const char* data_of(const std::optional<std::string_view>& text);
/// Null if there are no headers.
HeadersHandle copy_of(std::span<const Header> headers);

/// A copy of an Append.
struct WaitingRecord {
  WaitingRecord(const Append& append, std::unique_ptr<Receipt> receipt);
  /// Views into this record, without the headers.
  [[nodiscard]] Append append() const;

  std::unique_ptr<Receipt> receipt;
  Destination destination;
  Partition partition;
  std::optional<std::string> key;
  std::optional<std::string> value;
  HeadersHandle headers;  ///< null: none
};

/// The records of one partition, or of the dead letters, from append to acknowledgement. Gives librdkafka one batch at a
/// time, in the order of the appends; later records wait here until the batch is acknowledged.
///
/// Reason: an idempotent producer of librdkafka 2.0.2 sends nothing while five records of a partition are in flight, but
/// its broker thread polls without a pause if more are queued (rd_kafka_toppar_producer_serve). While two of three
/// brokers were down, that used one core of each edge.
class alignas(64) PartitionQueue {
 public:
  /// Appends that have no result yet, and their bytes.
  std::atomic<std::int64_t> records{0};
  std::atomic<std::int64_t> bytes{0};
  /// When a record was acknowledged last, or when the first record was appended after an empty queue.
  std::atomic<Instant> moved_at{};

  /// Any thread. True: the queue was idle, so the delivery thread has to be woken.
  bool wait(WaitingRecord record);

  // On the delivery thread:

  /// A record in flight was acknowledged or failed.
  void settled();
  /// The next batch, which counts as in flight. Empty while one is in flight, or if no record waits.
  std::vector<WaitingRecord> take_batch();
  /// Ends take_batch(): librdkafka has the batch, except the records of `rest`, which wait again.
  void finish_batch(std::vector<WaitingRecord> rest);
  /// All records that wait since before `time`.
  std::vector<WaitingRecord> take_older_than(Instant time);

 private:
  std::mutex mutex_;  // guards all below
  std::deque<WaitingRecord> waiting_;
  std::int64_t in_flight_ =
      0;  ///< records that librdkafka has, or gets between take_batch() and finish_batch()
};

}  // namespace firstcome::journal::kafka
