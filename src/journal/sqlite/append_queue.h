#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "journal/journal.h"

namespace firstcome::journal {

/// One appender in the queue.
struct Sender {
  AcknowledgementSink& sink;
  const bool gapless;
  bool failed = false;  ///< gapless, and a record was lost: appends nothing more. Guarded by the queue
  std::size_t outstanding = 0;           ///< records that are not settled. Guarded by the queue
  std::vector<Acknowledgement> ready{};  ///< used by the commit thread only
};

/// The sender that gets the acknowledgement of one record.
struct Receipt {
  Sender* sender;
  std::uint64_t token;
};

/// Frames of one partition that are committed together, at most one batch.
struct PendingBatch {
  Destination destination = Destination::Requests;
  Partition partition = 0;
  std::string records;
  std::vector<Receipt> receipts;  ///< one for each record
};

/// All records that waited when the commit thread called take().
struct Pending {
  std::vector<PendingBatch> batches;
  std::vector<Receipt> refused;  ///< records that are never stored: too long, or of a failed sender
  std::size_t bytes = 0;
  std::size_t records = 0;
  Instant first_at{};  ///< append time of the first record
  [[nodiscard]] bool empty() const { return records == 0; }
};

/// The queue between the threads that append and the thread that commits. push() writes a record directly
/// into the bytes of its batch, under the lock. This is the only copy: the same bytes go to the file and to
/// the followers.
class AppendQueue {
 public:
  struct Limits {
    std::size_t bytes;
    std::size_t records;
  };
  AppendQueue(std::int32_t partitions, Limits limits);

  // --- appenders
  bool push(Sender& sender, const Append& append);
  /// Waits until all records of the sender are settled and acknowledged.
  void wait_settled(Sender& sender);

  // --- the commit thread
  /// Waits for a record. Empty if the queue is stopped and drained, or if no record came before `at_most` or a nudge().
  Pending take(std::optional<Instant> at_most);
  /// Marks the gapless senders of lost records as failed.
  void fail_senders(const Pending& lost);
  /// Waits for a record until `until`, takes all records and marks their gapless senders as failed.
  Pending take_lost(Instant until);
  /// All records of `pending` are acknowledged to `notified`, from their `ready`. The senders may be
  /// destroyed after this.
  void settled(const Pending& pending, std::span<Sender* const> notified);

  /// Records that wait or are being committed.
  [[nodiscard]] std::size_t held_records();

  /// Ends a waiting take(). Any thread.
  void nudge();
  /// Call after the last push().
  void stop();
  [[nodiscard]] bool stopping();

 private:
  Pending take_locked();
  static void fail_senders_locked(const Pending& lost);
  PendingBatch& open_batch(const Append& append, std::size_t frame_bytes);
  [[nodiscard]] bool room_for(std::size_t frame_bytes) const;

  const std::int32_t partitions_;
  const Limits limits_;
  std::mutex mutex_;  // guards everything below
  std::condition_variable arrived_;
  std::condition_variable settled_;
  Pending pending_;
  std::vector<std::size_t> open_;  ///< by destination and partition: index + 1 into pending_.batches
  std::vector<std::size_t> reserve_;
  std::size_t held_bytes_ = 0;  ///< bytes that wait or are being committed
  std::size_t held_records_ = 0;
  std::size_t waiting_for_settled_ = 0;
  bool committer_sleeps_ = false;
  bool stopping_ = false;
  bool nudged_ = false;
};

}  // namespace firstcome::journal
