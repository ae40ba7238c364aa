#include "store/sqlite/sqlite_store.h"

#include "sqlite/migrations.h"
#include "store/sqlite/create.h"
#include "store/sqlite/sqlite_reader.h"
#include "store/sqlite/sqlite_writer.h"

namespace firstcome::sql {
std::span<const Migration> store_migrations();  // sql/sqlite/store, compiled in
}

namespace firstcome::store {
namespace {

class FileStore : public SqliteStore {
 public:
  FileStore(std::string path, SqliteStoreSettings settings) : path_(std::move(path)), settings_(settings) {}

  Result<bool> create_if_missing(const NewData& data) override {
    auto database = sqlite::Database::open(path_, sqlite::Access::ReadWrite, settings_.busy_timeout);
    if (!database.ok()) return database.error();
    return store::create_if_missing(*database, data);
  }
  Result<std::unique_ptr<Reader>> make_reader() override {
    auto database = sqlite::Database::open(path_, sqlite::Access::ReadOnly, settings_.busy_timeout);
    if (!database.ok()) return database.error();
    return SqliteReader::make(std::move(*database));
  }
  Result<std::unique_ptr<Writer>> make_writer() override {
    return SqliteWriter::open(path_, settings_.busy_timeout);
  }

 private:
  const std::string path_;
  const SqliteStoreSettings settings_;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const std::string& path,
                                                       SqliteStoreSettings settings) {
  auto database = sqlite::Database::open(path, sqlite::Access::Create, settings.busy_timeout);
  if (!database.ok()) return database.error();
  if (auto wal = database->execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL"); !wal.ok())
    return wal.error();
  if (auto migrated = sqlite::migrate(*database, sql::store_migrations()); !migrated.ok())
    return migrated.error();
  return std::unique_ptr<SqliteStore>(std::make_unique<FileStore>(path, settings));
}

Result<std::unique_ptr<Reader>> read_sqlite_store(const std::string& path, SqliteStoreSettings settings) {
  auto database = sqlite::Database::open(path, sqlite::Access::Observe, settings.busy_timeout);
  if (!database.ok()) return database.error();
  if (auto known = sqlite::check_migrated(*database, sql::store_migrations()); !known.ok()) {
    return known.error();
  }
  return SqliteReader::make(std::move(*database));
}

}  // namespace firstcome::store
