#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/sqlite/recent_batches.h"
#include "sqlite/database.h"

namespace firstcome::journal {

/// Reads committed batches from the file through its own connection. Used by one thread at a time.
class BatchReader {
 public:
  static Result<BatchReader> open(const std::string& path, milliseconds busy_timeout,
                                  sqlite::Access access = sqlite::Access::ReadOnly);

  /// Batches from the one with `from` on, up to `end`, at most the size of one Fetch. Verifies their
  /// checksums. A missing batch is an error.
  Result<std::vector<BatchPointer>> read(Partition partition, Offset from, Offset end);
  /// First offset that still exists; none if the partition is empty.
  Result<std::optional<Offset>> start(Partition partition);

 private:
  explicit BatchReader(sqlite::Database database) : database_(std::move(database)) {}
  Result<BatchPointer> verified(Partition partition);

  sqlite::Database database_;
  sqlite::Statement select_batches_;
  sqlite::Statement select_start_;
};

}  // namespace firstcome::journal
