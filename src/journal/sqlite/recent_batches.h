#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/sqlite/record_batch.h"

namespace firstcome::journal {

using BatchPointer = std::shared_ptr<const RecordBatch>;

/// Limits of one Fetch. It has complete batches, so a single batch may exceed them.
inline constexpr std::int64_t kFetchRecords = 4096;
inline constexpr std::size_t kFetchBytes = 8UL * 1024 * 1024;

/// The newest batches of one partition in memory, for followers near its end. Thread-safe: the commit thread
/// adds, followers wait and read.
class RecentBatches {
 public:
  explicit RecentBatches(std::size_t bytes_limit) : bytes_limit_(bytes_limit) {}

  /// Drops all batches. The partition continues at `end`; followers read older records from the file.
  void restart(Offset end);
  /// The batch must begin at the end of the partition.
  void add(BatchPointer batch);

  struct Found {
    std::vector<BatchPointer>
        batches;     ///< empty if there are no new batches, or if they are no longer in memory
    Offset end = 0;  ///< end of the partition; `batches` may end before it
  };
  /// The batches from `from` on; waits for them until the timeout.
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
