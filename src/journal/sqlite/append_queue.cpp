#include "journal/sqlite/append_queue.h"

#include <algorithm>
#include <utility>

#include "journal/sqlite/record_batch.h"

namespace firstcome::journal {
namespace {

std::size_t record_limit(Destination destination) {
  return destination == Destination::Requests ? kRecordBytesLimit : kDeadLetterBytesLimit;
}

}  // namespace

AppendQueue::AppendQueue(std::int32_t partitions, Limits limits)
    : partitions_(partitions),
      limits_(limits),
      open_(2 * static_cast<std::size_t>(partitions), 0),
      reserve_(2 * static_cast<std::size_t>(partitions), 0) {}

bool AppendQueue::room_for(std::size_t frame_bytes) const {
  // An empty queue accepts a record of any size.
  if (held_records_ == 0) return true;
  return held_records_ < limits_.records && held_bytes_ + frame_bytes <= limits_.bytes;
}

bool AppendQueue::push(Sender& sender, const Append& append) {
  CHECK(append.partition >= 0 && append.partition < partitions_);
  const std::size_t bytes = frame_size(append);
  const bool too_long = bytes > record_limit(append.destination);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const bool refuse = too_long || sender.failed;
    const std::size_t held = refuse ? 0 : bytes;
    if (!room_for(held)) return false;
    if (pending_.empty()) pending_.first_at = std::chrono::steady_clock::now();
    if (refuse) {
      sender.failed = sender.gapless;
      pending_.refused.push_back({&sender, append.token});
    } else {
      PendingBatch& batch = open_batch(append, bytes);
      write_frame(append, batch.records);
      batch.receipts.push_back({&sender, append.token});
    }
    pending_.bytes += held;
    ++pending_.records;
    held_bytes_ += held;
    ++held_records_;
    ++sender.outstanding;
    wake = std::exchange(committer_sleeps_, false);
  }
  if (wake) arrived_.notify_one();
  return true;
}

PendingBatch& AppendQueue::open_batch(const Append& append, std::size_t frame_bytes) {
  const auto lane =
      static_cast<std::size_t>(append.partition) +
      (append.destination == Destination::DeadLetters ? static_cast<std::size_t>(partitions_) : 0);
  if (open_[lane] != 0) {
    PendingBatch& batch = pending_.batches[open_[lane] - 1];
    if (batch.records.size() + frame_bytes <= kBatchBytesLimit &&
        batch.receipts.size() < kBatchRecordsLimit) {
      return batch;
    }
  }
  PendingBatch& batch = pending_.batches.emplace_back();
  batch.destination = append.destination;
  batch.partition = append.partition;
  // The next batch is probably about as long as the previous one, so reserve its memory once.
  batch.records.reserve(std::max(reserve_[lane], frame_bytes));
  open_[lane] = pending_.batches.size();
  return batch;
}

void AppendQueue::wait_settled(Sender& sender) {
  std::unique_lock lock(mutex_);
  ++waiting_for_settled_;
  settled_.wait(lock, [&] { return sender.outstanding == 0; });
  --waiting_for_settled_;
}

Pending AppendQueue::take(std::optional<Instant> at_most) {
  std::unique_lock lock(mutex_);
  while (pending_.empty() && !stopping_ && !nudged_) {
    committer_sleeps_ = true;
    if (!at_most) {
      arrived_.wait(lock);
    } else if (arrived_.wait_until(lock, *at_most) == std::cv_status::timeout) {
      break;
    }
  }
  committer_sleeps_ = false;
  nudged_ = false;
  if (pending_.empty()) return {};
  return take_locked();
}

Pending AppendQueue::take_lost(Instant until) {
  std::unique_lock lock(mutex_);
  while (pending_.empty() && !stopping_) {
    committer_sleeps_ = true;
    if (arrived_.wait_until(lock, until) == std::cv_status::timeout) break;
  }
  committer_sleeps_ = false;
  // Under the same lock: every later record of a gapless sender comes after a lost record.
  fail_senders_locked(pending_);
  return take_locked();
}

void AppendQueue::fail_senders(const Pending& lost) {
  const std::lock_guard lock(mutex_);
  fail_senders_locked(lost);
}

void AppendQueue::fail_senders_locked(const Pending& lost) {
  const auto fail = [](const Receipt& receipt) { receipt.sender->failed = receipt.sender->gapless; };
  std::for_each(lost.refused.begin(), lost.refused.end(), fail);
  for (const PendingBatch& batch : lost.batches) {
    std::for_each(batch.receipts.begin(), batch.receipts.end(), fail);
  }
}

Pending AppendQueue::take_locked() {
  for (const PendingBatch& batch : pending_.batches) {
    const auto lane =
        static_cast<std::size_t>(batch.partition) +
        (batch.destination == Destination::DeadLetters ? static_cast<std::size_t>(partitions_) : 0);
    reserve_[lane] = std::min(batch.records.size() + batch.records.size() / 4, kBatchBytesLimit);
  }
  std::fill(open_.begin(), open_.end(), 0);
  return std::exchange(pending_, {});
}

void AppendQueue::settled(const Pending& pending, std::span<Sender* const> notified) {
  const std::lock_guard lock(mutex_);
  held_bytes_ -= pending.bytes;
  held_records_ -= pending.records;
  for (Sender* sender : notified) {
    sender->outstanding -= sender->ready.size();
    sender->ready.clear();
  }
  if (waiting_for_settled_ != 0) settled_.notify_all();
}

std::size_t AppendQueue::held_records() {
  const std::lock_guard lock(mutex_);
  return held_records_;
}

void AppendQueue::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  arrived_.notify_all();
}

void AppendQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
}

bool AppendQueue::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace firstcome::journal
