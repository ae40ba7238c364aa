#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/data.h"
#include "store/store.h"

namespace firstcome::store {

struct SqliteStoreSettings {
  /// Learns what kept the file from being closed whole.
  std::function<void(const Error&)> report{};
  /// How long a save waits for another program's lock on the file before it is Failed (retryable).
  milliseconds busy_timeout{5000};
};

/// The store in one SQLite file (WAL, synchronous=NORMAL: a power failure may take the last batches, position
/// and rows together, and the journal decides them again). Several processes may have it open: the
/// compare-and-set keeps their writers apart.
class SqliteStore : public Store {
 public:
  /// Fills an empty store: settings, with a fresh ticket key, and a position at the beginning of every
  /// partition. True when it did, false when the store has its data already (`data` is not compared then: see
  /// check_same_data).
  virtual Result<bool> create_if_missing(const NewData& data) = 0;
  /// Removes every row of the partition, sets its position back to the beginning of the journal, where the
  /// state is `empty`, and lifts its halt, in one transaction. The settings stay. A node that runs, or the
  /// next one, decides the journal again. `homes`: partitions that are home to policies.
  virtual Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) = 0;
  /// For the server whose file this is: marks it as open, and the end of this object leaves everything in the
  /// file, without a log beside it. Others write beside it, or into a closed file, which stays closed.
  virtual Status own() = 0;
};

/// Opens the file, makes it when it is missing, and brings its tables up to date. A file written by a newer
/// version is refused.
Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const std::string& path,
                                                       SqliteStoreSettings settings = {});

/// Reads a file without changing it or making anything beside it, whether a server has it open or not.
/// Refuses one of an older version too, whose tables have yet to be brought up to date. See sqlite::FileSeen
/// for a server that starts meanwhile.
Result<std::unique_ptr<Reader>> read_sqlite_store(const std::string& path, SqliteStoreSettings settings = {});

}  // namespace firstcome::store
