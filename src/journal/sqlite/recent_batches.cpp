#include "journal/sqlite/recent_batches.h"

#include <algorithm>

namespace firstcome::journal {

void RecentBatches::restart(Offset end) {
  {
    const std::lock_guard lock(mutex_);
    batches_.clear();
    bytes_ = 0;
    end_ = end;
  }
  added_.notify_all();
}

void RecentBatches::add(BatchPointer batch) {
  std::vector<BatchPointer> dropped;  // its memory is freed after the lock is released
  {
    const std::lock_guard lock(mutex_);
    CHECK(batch->base_offset == end_);
    end_ = batch->end();
    bytes_ += batch->records.size();
    batches_.push_back(std::move(batch));
    while (bytes_ > bytes_limit_ && batches_.size() > 1) {
      bytes_ -= batches_.front()->records.size();
      dropped.push_back(std::move(batches_.front()));
      batches_.pop_front();
    }
  }
  added_.notify_all();
}

RecentBatches::Found RecentBatches::read(Offset from, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (end_ <= from && timeout.count() > 0) added_.wait_for(lock, timeout, [&] { return end_ > from; });
  Found found;
  found.end = end_;
  auto at = std::upper_bound(batches_.begin(), batches_.end(), from,
                             [](Offset offset, const BatchPointer& batch) { return offset < batch->end(); });
  if (at == batches_.end() || (*at)->base_offset > from) return found;
  std::int64_t records = 0;
  std::size_t bytes = 0;
  for (; at != batches_.end(); ++at) {
    records += (*at)->record_count;
    bytes += (*at)->records.size();
    if (!found.batches.empty() && (records > kFetchRecords || bytes > kFetchBytes)) break;
    found.batches.push_back(*at);
  }
  return found;
}

Offset RecentBatches::end() {
  const std::lock_guard lock(mutex_);
  return end_;
}

}  // namespace firstcome::journal
