#include "store/sqlite/sqlite_store.h"

#include <atomic>

#include "sqlite/open_mark.h"
#include "sqlite/sqlite_migrations.h"
#include "store/sqlite/sqlite_create.h"
#include "store/sqlite/sqlite_reader.h"
#include "store/sqlite/sqlite_reset.h"
#include "store/sqlite/sqlite_writer.h"

namespace firstcome::sql {
std::span<const Migration> store_migrations();  // sql/sqlite/store, compiled in
}

namespace firstcome::store {
namespace {

class FileStore : public SqliteStore {
 public:
  FileStore(std::string path, SqliteStoreSettings settings)
      : path_(std::move(path)), settings_(std::move(settings)) {}
  ~FileStore() override {
    const Status closed = close();
    if (!closed.ok() && settings_.report) settings_.report(closed.error());
  }
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  Status own() override {
    ASSIGN_OR_RETURN(auto database, open_to_write());
    Status marked = sqlite::mark_open(database);
    owned_ = marked.ok();
    return marked;
  }
  Result<bool> create_if_missing(const NewData& data) override {
    ASSIGN_OR_RETURN(auto database, open_to_write());
    ASSIGN_OR_RETURN(const bool created, store::create_if_missing(database, data));
    if (!created) return false;
    writes_ = true;
    // So that the key and the settings are in the file itself: nothing that happens to the WAL file can lose them.
    RETURN_IF_ERROR(database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    return true;
  }
  Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) override {
    ASSIGN_OR_RETURN(auto database, open_to_write());
    Status begun = store::reset_partition(database, partition, homes, empty);
    if (begun.ok()) writes_ = true;
    return begun;
  }
  Result<std::unique_ptr<Reader>> make_reader() override {
    ASSIGN_OR_RETURN(auto database,
                     sqlite::Database::open(path_, sqlite::Access::ReadOnly, settings_.busy_timeout));
    return SqliteReader::make(std::move(database));
  }
  Result<std::unique_ptr<Writer>> make_writer() override {
    writes_ = true;
    return SqliteWriter::open(path_, settings_.busy_timeout);
  }

 private:
  Result<sqlite::Database> open_to_write() {
    return sqlite::Database::open(path_, sqlite::Access::ReadWrite, settings_.busy_timeout);
  }
  /// All readers and writers are destroyed.
  Status close() {
    if (!owned_ && !writes_) return Done{};
    ASSIGN_OR_RETURN(auto database, open_to_write());
    return owned_ ? sqlite::close_completely(database) : sqlite::leave_as_found(database);
  }

  const std::string path_;
  const SqliteStoreSettings settings_;
  std::atomic<bool> owned_{false};
  std::atomic<bool> writes_{false};
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const std::string& path,
                                                       SqliteStoreSettings settings) {
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  ASSIGN_OR_RETURN(auto database,
                   sqlite::Database::open(path, sqlite::Access::Create, settings.busy_timeout));
  RETURN_IF_ERROR(database.execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL"));
  RETURN_IF_ERROR(sqlite::migrate(database, sql::store_migrations()));
  return std::unique_ptr<SqliteStore>(std::make_unique<FileStore>(path, std::move(settings)));
}

Result<std::unique_ptr<Reader>> read_sqlite_store(const std::string& path,
                                                  const SqliteStoreSettings& settings) {
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  ASSIGN_OR_RETURN(auto database,
                   sqlite::Database::open(path, sqlite::Access::Observe, settings.busy_timeout));
  RETURN_IF_ERROR(sqlite::check_migrated(database, sql::store_migrations()));
  return SqliteReader::make(std::move(database));
}

}  // namespace firstcome::store
