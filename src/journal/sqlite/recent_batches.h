#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/sqlite/record_batch.h"

namespace firstcome::journal {

using BatchPointer = std::shared_ptr<const RecordBatch>;

/// The most one Fetch brings, in whole batches: one batch may be longer.
inline constexpr std::int64_t kFetchRecords = 4096;
inline constexpr std::size_t kFetchBytes = 8UL * 1024 * 1024;

/// What one partition committed last, in memory, for the followers near its end. Thread-safe: the commit
/// thread adds, followers wait and read.
class RecentBatches {
 public:
  explicit RecentBatches(std::size_t bytes_limit) : bytes_limit_(bytes_limit) {}

  /// Forgets all: the partition goes on at `end`, and what is before it is read from the file.
  void restart(Offset end);
  /// The batch begins where the partition ends.
  void add(BatchPointer batch);

  struct Found {
    std::vector<BatchPointer> batches;  ///< empty: nothing new, or not in memory any more
    Offset end = 0;                     ///< committed; `batches` may stop before it
  };
  /// What there is from `from` on; waits for it until the timeout has passed.
  Found read(Offset from, milliseconds timeout);
  [[nodiscard]] Offset end();

 private:
  const std::size_t bytes_limit_;
  std::mutex mutex_;  // guards everything below
  std::condition_variable added_;
  std::deque<BatchPointer> batches_;
  std::size_t bytes_ = 0;
  Offset end_ = 0;
};

}  // namespace firstcome::journal
