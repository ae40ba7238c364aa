#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "journal/journal.h"

namespace firstcome::journal {

/// An appender's side of the queue.
struct Sender {
  AcknowledgementSink& sink;
  const bool gapless;
  bool failed = false;          ///< gapless, and a record was lost: takes nothing more. Guarded by the queue
  std::size_t outstanding = 0;  ///< taken and not settled. Guarded by the queue
  std::vector<Acknowledgement> ready{};  ///< the commit thread's
};

/// Who is told of a record.
struct Receipt {
  Sender* sender;
  std::uint64_t token;
};

/// Frames of one partition, to be committed together; at most a batch's worth.
struct PendingBatch {
  Destination destination = Destination::Requests;
  Partition partition = 0;
  std::string records;
  std::vector<Receipt> receipts;  ///< one a record
};

/// Everything that waited when the commit thread asked.
struct Pending {
  std::vector<PendingBatch> batches;
  std::vector<Receipt> refused;  ///< taken, but certainly not to be stored
  std::size_t bytes = 0;
  std::size_t records = 0;
  Instant first_at{};  ///< when the first of them came
  [[nodiscard]] bool empty() const { return records == 0; }
};

/// Between the threads that append and the one that commits. Records are written into the bytes of their
/// batch right here, under the lock: one copy, and the same bytes go to the file and to the followers.
class AppendQueue {
 public:
  struct Limits {
    std::size_t bytes;
    std::size_t records;
  };
  AppendQueue(std::int32_t partitions, Limits limits);

  // --- appenders
  bool push(Sender& sender, const Append& append);
  /// Returns when everything the sender appended is settled and told.
  void wait_settled(Sender& sender);

  // --- the commit thread
  /// Waits until something is there, and, unless the queue is half full then, until `earliest`, for company.
  /// Empty: stopped and drained, or nothing came until `at_most` or a nudge().
  Pending take(Instant earliest, std::optional<Instant> at_most = {});
  /// These records are lost: their gapless senders take nothing more.
  void fail_senders(const Pending& lost);
  /// Waits until something is there or `until` has come, and takes it in order to lose it: see fail_senders.
  Pending take_to_lose(Instant until);
  /// `told` have been given what is in their `ready`, which is all of `pending`. They may be gone after this.
  void settled(const Pending& pending, std::span<Sender* const> told);

  /// Pending and being committed.
  [[nodiscard]] std::size_t held_records();

  /// Ends a take() that waits. Any thread.
  void nudge();
  /// Nothing more will be pushed.
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
  std::size_t held_bytes_ = 0;  ///< pending and being committed
  std::size_t held_records_ = 0;
  std::size_t waiting_for_settled_ = 0;
  bool committer_sleeps_ = false;
  bool stopping_ = false;
  bool nudged_ = false;
};

}  // namespace firstcome::journal
