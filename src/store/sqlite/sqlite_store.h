#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/data.h"
#include "store/store.h"

namespace firstcome::store {

struct SqliteStoreSettings {
  /// Called if the file cannot be closed completely.
  std::function<void(const Error&)> report{};
  /// Maximum wait of a save for the lock of another program on the file; then it is Failed (retryable).
  milliseconds busy_timeout{5000};
};

/// The store in one SQLite file (WAL, synchronous=NORMAL: a power failure may lose the last batches, position
/// and rows together, and the node decides them again). Several processes can use it at the same time: the
/// compare-and-set prevents double saves.
class SqliteStore : public Store {
 public:
  /// Fills an empty store: settings with a new installation key, and a position at the start of every
  /// partition. Returns false if the store has data already; does not compare it with `data`, see
  /// check_same_data.
  virtual Result<bool> create_if_missing(const NewData& data) = 0;
  /// In one transaction: removes every row of the partition, sets its position to the start of the journal
  /// with the state `empty`, and removes its halt. The settings remain. The running or the next node decides
  /// the journal again. `homes`: number of partitions that are homes of policies.
  virtual Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) = 0;
  /// For the server that owns the file: marks it as open; the destructor leaves all data in the file and
  /// removes its log. Other programs can write at the same time, or into a closed file, which remains closed.
  virtual Status own() = 0;
};

/// Opens or creates the file, and updates its tables. Fails if a newer version wrote the file.
Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const std::string& path,
                                                       SqliteStoreSettings settings = {});

/// Reads a file without changing it or creating other files, also while a server has it open. Fails if the
/// tables have an older or newer version. See sqlite::FileSeen for a server that starts meanwhile.
Result<std::unique_ptr<Reader>> read_sqlite_store(const std::string& path,
                                                  const SqliteStoreSettings& settings = {});

}  // namespace firstcome::store
