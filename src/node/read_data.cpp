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

Error unreadable(const std::string& what) { return {Error::Kind::Permanent, what}; }

/// A log without its index, as in a copy of some of the files: reading it takes making the index.
Status check_logs(const fs::path& folder) {
  if (access(folder.c_str(), W_OK) == 0) return Done{};
  for (const char* name : {"journal.sqlite", "store.sqlite"}) {
    std::error_code error;
    if (!fs::exists(folder / (std::string(name) + "-wal"), error)) continue;
    if (fs::exists(folder / (std::string(name) + "-shm"), error)) continue;
    return unreadable(
        folder.string() + " holds " + name + "-wal without " + name +
        "-shm, which has to be made and this user may not: copy the folder to where you may write, "
        "and name the copy");
  }
  return Done{};
}

/// Both files are there, or the reason why they cannot be read, in words.
Status check_folder(const fs::path& folder) {
  if (Status may = check_access(folder.string(), Access::Read); !may.ok()) return may.error();
  std::error_code error;
  const fs::file_status found = fs::status(folder, error);
  if (found.type() == fs::file_type::not_found) {
    return no_such_folder(folder.string());
  }
  if (error) return unreadable(folder.string() + ": " + error.message());
  std::vector<std::string> missing;
  for (const char* name : {"journal.sqlite", "store.sqlite"}) {
    const bool there = fs::exists(folder / name, error);
    if (error) return unreadable((folder / name).string() + ": " + error.message());
    if (!there) missing.emplace_back(name);
  }
  if (missing.size() == 2) {
    return unreadable(
        folder.string() +
        " holds no data of firstcome (journal.sqlite and store.sqlite); name the folder that the "
        "server has as --data");
  }
  if (missing.size() == 1) {
    return unreadable(folder.string() + " holds no " + missing.front() +
                      ". Journal and store belong together: restore both from the same backup");
  }
  return check_logs(folder);
}

Result<ReadData> read_folder(const Folder& folder) {
  const fs::path path(folder.path);
  if (Status there = check_folder(path); !there.ok()) return there.error();
  const std::string journal_path = (path / "journal.sqlite").string();
  const std::string store_path = (path / "store.sqlite").string();
  ReadData data;
  data.seen = {sqlite::FileSeen(journal_path), sqlite::FileSeen(store_path)};
  auto journal = journal::read_sqlite_journal(journal_path);
  if (!journal.ok()) return journal.error();
  data.incarnations = (*journal)->incarnations();
  data.journal = std::move(*journal);
  auto store = store::read_sqlite_store(store_path);
  if (!store.ok()) return store.error();
  data.store = std::move(*store);
  return data;
}

Result<ReadData> read_servers(const Servers& servers) {
  ReadData data;
  journal::KafkaSettings settings = servers.journal;
  settings = logged(std::move(settings));
  auto journal = journal::open_kafka_journal_reader(settings);
  if (!journal.ok()) return journal.error();
  data.journal = std::move(*journal);
  auto database = store::open_postgres_store(servers.store);
  if (!database.ok()) return database.error();
  data.database = std::move(*database);
  auto store = data.database->make_reader();
  if (!store.ok()) return store.error();
  data.store = std::move(*store);
  return data;
}

}  // namespace

Status ReadData::undisturbed() const {
  for (const sqlite::FileSeen& file : seen) {
    if (file.still()) continue;
    return Error{Error::Kind::Retryable,
                 "a server was started on the data while it was read: what was read may not belong together; "
                 "try again"};
  }
  return Done{};
}

Result<ReadData> read_data(const DataPlace& place) {
  const auto* folder = std::get_if<Folder>(&place);
  auto data = folder != nullptr ? read_folder(*folder) : read_servers(std::get<Servers>(place));
  if (!data.ok()) return data.error();
  auto settings = data->store->settings();
  if (!settings.ok()) return settings.error();
  data->settings = std::move(*settings);
  if (data->incarnations) data->settings.incarnations = *data->incarnations;
  return data;
}

}  // namespace firstcome::node
