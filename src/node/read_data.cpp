#include "node/read_data.h"

#include <unistd.h>

#include <filesystem>

#include "journal/kafka/kafka_journal.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "log/log.h"
#include "node/folder_access.h"
#include "node/kafka_log.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"

namespace firstcome::node {
namespace {

namespace fs = std::filesystem;

/// SQLite must create a missing -shm file, for instance in a copy of some of the files, which needs write
/// access.
Status check_logs(const fs::path& folder) {
  if (access(folder.c_str(), W_OK) == 0) return Done{};
  for (const char* name : {"journal.sqlite", "store.sqlite"}) {
    std::error_code error;
    if (!fs::exists(folder / (std::string(name) + "-wal"), error)) continue;
    if (fs::exists(folder / (std::string(name) + "-shm"), error)) continue;
    return Error::permanent(
        "{0} has {1}-wal without {1}-shm, which this user may not create: copy the folder to a place where "
        "you may write, and specify the copy",
        folder.string(), name);
  }
  return Done{};
}

/// Checks that both files exist and can be read.
Status check_folder(const fs::path& folder) {
  RETURN_IF_ERROR(check_access(folder.string(), Access::Read));
  std::error_code error;
  const fs::file_status found = fs::status(folder, error);
  if (found.type() == fs::file_type::not_found) {
    return no_such_folder(folder.string());
  }
  if (error) return Error::permanent("{}: {}", folder.string(), error.message());
  std::vector<std::string> missing;
  for (const char* name : {"journal.sqlite", "store.sqlite"}) {
    const bool there = fs::exists(folder / name, error);
    if (error) return Error::permanent("{}: {}", (folder / name).string(), error.message());
    if (!there) missing.emplace_back(name);
  }
  if (missing.size() == 2) {
    return Error::permanent(
        "{} holds no data of firstcome (journal.sqlite and store.sqlite); specify the folder that the server "
        "has as --data",
        folder.string());
  }
  if (missing.size() == 1) {
    return Error::permanent(
        "{} holds no {}. Journal and store belong together: restore both from the same backup",
        folder.string(), missing.front());
  }
  return check_logs(folder);
}

Result<ReadData> read_folder(const Folder& folder) {
  const fs::path path(folder.path);
  RETURN_IF_ERROR(check_folder(path));
  const std::string journal_path = (path / "journal.sqlite").string();
  const std::string store_path = (path / "store.sqlite").string();
  ReadData data;
  data.seen = {sqlite::FileSeen(journal_path), sqlite::FileSeen(store_path)};
  ASSIGN_OR_RETURN(auto journal, journal::read_sqlite_journal(journal_path));
  data.incarnations = journal->incarnations();
  data.journal = std::move(journal);
  ASSIGN_OR_RETURN(data.store, store::read_sqlite_store(store_path));
  return data;
}

Result<ReadData> open_store(const std::string& address) {
  ReadData data;
  ASSIGN_OR_RETURN(data.database, store::open_postgres_store(address));
  ASSIGN_OR_RETURN(data.store, data.database->make_reader());
  return data;
}

Result<ReadData> read_servers(const Servers& servers) {
  ASSIGN_OR_RETURN(auto journal, journal::open_kafka_journal_reader(logged(servers.journal)));
  ASSIGN_OR_RETURN(auto data, open_store(servers.store));
  data.journal = std::move(journal);
  return data;
}

}  // namespace

Status ReadData::undisturbed() const {
  for (const sqlite::FileSeen& file : seen) {
    if (file.still()) continue;
    return Error::retryable(
        "a server was started on the data folder during the read, so the data may be inconsistent; try again");
  }
  return Done{};
}

Result<ReadData> read_data(const DataLocation& location) {
  const auto* folder = std::get_if<Folder>(&location);
  ASSIGN_OR_RETURN(auto data,
                   folder != nullptr ? read_folder(*folder) : read_servers(std::get<Servers>(location)));
  ASSIGN_OR_RETURN(data.settings, data.store->settings());
  if (data.incarnations) data.settings.incarnations = *data.incarnations;
  return data;
}

Result<ReadData> read_store(const std::string& address) {
  ASSIGN_OR_RETURN(auto data, open_store(address));
  ASSIGN_OR_RETURN(data.settings, data.store->settings());
  return data;
}

}  // namespace firstcome::node
