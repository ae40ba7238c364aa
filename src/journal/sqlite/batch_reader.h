#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/sqlite/recent_batches.h"
#include "sqlite/database.h"

namespace firstcome::journal {

/// Reads committed batches from the file by a connection of its own. One thread at a time.
class BatchReader {
 public:
  static Result<BatchReader> open(const std::string& path, milliseconds busy_timeout,
                                  sqlite::Access access = sqlite::Access::ReadOnly);

  /// Batches from the one that holds `from` on, as many as one Fetch takes, none from `end` on. Their
  /// checksums are verified; a batch that is missing is an error too.
  Result<std::vector<BatchPointer>> read(Partition partition, Offset from, Offset end);
  /// First offset still held; nothing when none is.
  Result<std::optional<Offset>> start(Partition partition);

 private:
  explicit BatchReader(sqlite::Database database) : database_(std::move(database)) {}
  Result<BatchPointer> verified(Partition partition);

  sqlite::Database database_;
  sqlite::Statement select_batches_;
  sqlite::Statement select_start_;
};

}  // namespace firstcome::journal
